"""What is evaluated: weights, whose they are, and the folder that holds their scores."""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from huggingface_hub import get_hf_file_metadata, get_token, hf_hub_url, try_to_load_from_cache

from tarot.config.evaluation import EvaluateConfig
from tarot.config.model_source import CONFIG, check_model, is_local
from tarot.config.schema import ModelConfig
from tarot.config.validation import parse
from tarot.evaluation.content import content_sha256
from tarot.runs import RunDirectory
from tarot.runs.cache import cache_folder
from tarot.runs.checkpoints import PREFIX, checkpoint_step, kept_steps, newest_first
from tarot.runs.exports import ADAPTER, Export
from tarot.types import UserError

SHA_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Target:
    """Weights under evaluation.

    `checkpoint` is a folder, or None for the model as it is: `model.id` of the hub at the commit
    `revision`, or what `model.source` makes. `sha256` tells them from all others. Scores go to
    `folder`, which is the run's where `run` is one, of whose training `step` is the last. With
    `export` the checkpoint is there once that was made.
    """

    model: ModelConfig
    checkpoint: Path | None
    revision: str | None
    sha256: str
    folder: Path
    run: Path | None = None
    step: int | None = None
    export: Export | None = None

    @property
    def name(self) -> str:
        """How the weights are called in tables."""
        return f"{self.folder}" + (f", step {self.step}" if self.step is not None else "")


def find_target(config: EvaluateConfig) -> Target:
    """The weights that a config means; UserError where they are not there or can't be used."""
    if config.checkpoint is None:
        return _model_itself(config)
    given = Path(config.checkpoint)
    if not given.is_dir():
        raise UserError(f"checkpoint={given}: no such folder; leave it out for the model itself")
    run = _run_around(given)
    if run is not None:
        return _of_run(config, given, run)
    if config.step is not None:
        raise UserError(f"step={config.step}: checkpoint={given} is no run's directory")
    model = _model_of(config)
    sha256 = _sha256_of(given)
    return Target(model, given, None, sha256, _folder_for(config, model, sha256))


def _model_itself(config: EvaluateConfig) -> Target:
    model = _model_of(config)
    if config.step is not None:
        raise UserError(f"step={config.step}: give checkpoint=RUN, the run whose step is meant")
    if not config.dry_run:
        check_model(model)
    if model.source == "hub" and is_local(model.id):
        folder = Path(model.id)
        sha256 = _sha256_of(folder)
        return Target(model, folder, None, sha256, _folder_for(config, model, sha256))
    revision = _commit_of(model, is_asked=not config.dry_run) if model.source == "hub" else None
    sha256 = _digest([model.model_dump(mode="json", exclude={"revision"}), revision])
    return Target(model, None, revision, sha256, _folder_for(config, model, sha256))


def _of_run(config: EvaluateConfig, given: Path, run: RunDirectory) -> Target:
    trained = parse(ModelConfig, run.config()["model"])
    if config.model is not None and config.model.id != trained.id:
        raise UserError(
            f"model.id={config.model.id}: the run of checkpoint={given} trained {trained.id}; "
            "leave model out"
        )
    checkpoint = _chosen(config, given, run)
    export = _merged(run, checkpoint) if (checkpoint / ADAPTER).is_file() else None
    return Target(
        trained,
        checkpoint if export is None else export.folder,
        None,
        _sha256_of(checkpoint) if export is None else export.folder.name,
        run.path,
        run=run.path,
        step=checkpoint_step(checkpoint),
        export=export,
    )


def _merged(run: RunDirectory, checkpoint: Path) -> Export:
    """What stands in the cache, or will, for a checkpoint of adapters, which no harness loads."""
    dtype = run.config()["hardware"]["dtype"]
    export = Export(run, checkpoint, dtype, cache_folder() / "exports")
    digest = _digest([content_sha256(checkpoint), export.identity()])
    return replace(export, folder=export.folder / digest)


def _chosen(config: EvaluateConfig, given: Path, run: RunDirectory) -> Path:
    """The checkpoint of a run that is meant; one that is being written is none yet."""
    if given != run.path:
        if config.step is not None:
            raise UserError(f"step={config.step}: checkpoint={given} is one step's already")
        if given not in newest_first(run.checkpoints_path):
            kept = f"{run.path} has {kept_steps(run.checkpoints_path)}"
            raise UserError(f"checkpoint={given}: not written to its end; {kept}")
        return given
    chosen = run.checkpoint_of(config.step)
    if chosen is None:
        raise UserError(f"checkpoint={given}: the run has no checkpoint yet; wait, or resume it")
    return chosen


def _run_around(given: Path) -> RunDirectory | None:
    """The run that a folder is, or whose checkpoint it is; None for any other folder."""
    is_checkpoint = given.name.startswith(PREFIX) and given.parent.name == "checkpoints"
    run = RunDirectory(given.parent.parent if is_checkpoint else given)
    is_run = run.config_path.is_file() and run.identity_path.is_file()
    return run if is_run else None


def _model_of(config: EvaluateConfig) -> ModelConfig:
    if config.model is None:
        raise UserError("model: missing; give model=…, or checkpoint=RUN, whose config says it")
    return config.model


def _sha256_of(folder: Path) -> str:
    """The hash of a folder's weights; UserError where it holds none that stand by themselves."""
    if (folder / ADAPTER).is_file():
        raise UserError(
            f"checkpoint={folder}: holds LoRA adapters without the weights that they adapt; give "
            "the run's directory, or save them merged (PEFT's merge_and_unload) and give that"
        )
    if not (folder / CONFIG).is_file():
        raise UserError(f"checkpoint={folder}: has no config.json; name a folder with weights")
    return content_sha256(folder)


def _commit_of(model: ModelConfig, *, is_asked: bool) -> str | None:
    """The commit of the hub that a model's revision means now, in the cache or on the hub.

    Where the hub is not to be asked, the revision stands for it.
    """
    cached = try_to_load_from_cache(model.id, CONFIG, revision=model.revision)
    if isinstance(cached, str):
        return Path(cached).parent.name
    if not is_asked:
        return model.revision
    url = hf_hub_url(model.id, CONFIG, revision=model.revision)
    return str(get_hf_file_metadata(url, token=get_token()).commit_hash)


def _folder_for(config: EvaluateConfig, model: ModelConfig, sha256: str) -> Path:
    """The folder of what belongs to no run."""
    name = Path(model.id.rstrip("/")).name
    return Path(config.evaluations_dir) / f"{name}-{sha256[:SHA_LENGTH]}"


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
