"""Pushing a finished run's weights to the hub; a push that fails is a record, not an error.

An adapter goes as it is where the hub has the model that it belongs to: it is a hundredth of the
size, and loads by its name. Other adapters are exported first, merged and checked. Weights that a
checkpoint holds in pieces of a process each are not covered: those that are whole are pushed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tarot.config.machine import GPUS
from tarot.config.model_source import is_local
from tarot.config.schema import HubConfig, Node
from tarot.publishing.card import Subject, fact_files, model_card
from tarot.publishing.commit import Push, attempt, commit_files, is_done, last_attempt
from tarot.runs import RunDirectory, write_atomically
from tarot.runs.checkpoints import checkpoint_step
from tarot.runs.exports import Export
from tarot.types import UserError

WEIGHTS = "*.safetensors"
# What transformers and its tokenizers load; not the state of optimizer, trainer and curriculum.
MODEL_FILES = (
    *(WEIGHTS, "*.safetensors.index.json", "config.json", "generation_config.json"),
    "adapter_config.json",
    *("tokenizer*", "special_tokens_map.json", "added_tokens.json", "chat_template*"),
    *("vocab.*", "merges.txt", "*.model"),
)


def push(run: RunDirectory, hub: HubConfig) -> Push:
    """Put weights, tokenizer, card and the run's facts into one commit, and record what came of it.

    Pushing what the repository holds already changes nothing there.
    """
    return attempt(run.path, hub, lambda: _commit(run, hub))


def is_pushed(run: RunDirectory, hub: HubConfig) -> bool:
    """Whether the last push went to this repository and came to its end."""
    return is_done(run.path, hub)


def last_push(run: RunDirectory) -> Push | None:
    """What came of the last push, None before the first."""
    return last_attempt(run.path)


def _commit(run: RunDirectory, hub: HubConfig) -> str:
    checkpoint = run.last_checkpoint()
    if checkpoint is None or not list(checkpoint.glob(WEIGHTS)):
        raise ValueError(f"{checkpoint or run.checkpoints_path} has no weights in safetensors")
    config = run.config()
    with _standing_alone(run, config, checkpoint) as weights:
        card = run.path / "card.md"
        is_adapter = config["lora"] is not None and weights == checkpoint
        subject = Subject(str(hub.id), checkpoint_step(checkpoint), is_adapter)
        write_atomically(card, model_card(run, subject).encode())
        files = {"README.md": card, **_model_files(weights), **dict(fact_files(run))}
        return commit_files(hub, files, f"Add {run.path.name}")


@contextmanager
def _standing_alone(run: RunDirectory, config: Node, checkpoint: Path) -> Iterator[Path]:
    """The checkpoint, or for adapters whose base others lack a folder in which they are merged.

    That is made on the CPU, beside a training whose process may hold the GPUs still.
    """
    if config["lora"] is None or _has_base_on_hub(config):
        yield checkpoint
        return
    with TemporaryDirectory(dir=run.path, prefix=".merged-") as scratch:
        export = Export(run, checkpoint, config["hardware"]["dtype"], Path(scratch) / "weights")
        try:
            export.make({**os.environ, GPUS: ""})
        except UserError as error:
            raise ValueError(str(error)) from error
        yield export.folder


def _has_base_on_hub(config: Node) -> bool:
    model = config["model"]
    return config["cold_start"] is None and model["source"] == "hub" and not is_local(model["id"])


def _model_files(checkpoint: Path) -> dict[str, Path]:
    paths = (path for pattern in MODEL_FILES for path in checkpoint.glob(pattern))
    return {path.name: path for path in paths if path.is_file()}
