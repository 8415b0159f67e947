"""Pushing a finished run's weights to the hub; a push that fails is a record, not an error.

It does not cover weights that a checkpoint holds in pieces of a process each: those that are
whole, in safetensors, are pushed.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # re-exported lazily

from tarot.config.schema import HubConfig
from tarot.publishing.card import FACTS, model_card
from tarot.runs import RunDirectory, read_json, write_atomically, write_json

WEIGHTS = "*.safetensors"
# What transformers and its tokenizers load; not the state of optimizer, trainer and curriculum.
MODEL_FILES = (
    *(WEIGHTS, "*.safetensors.index.json", "config.json", "generation_config.json"),
    "adapter_config.json",
    *("tokenizer*", "special_tokens_map.json", "added_tokens.json", "chat_template*"),
    *("vocab.*", "merges.txt", "*.model"),
)
FAULTS = (httpx.HTTPError, OSError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class Push:
    """The last attempt to push a run: `commit` is its address, None where `fault` says why not."""

    id: str
    commit: str | None
    fault: str | None


def push(run: RunDirectory, hub: HubConfig) -> Push:
    """Put weights, tokenizer, card and the run's facts into one commit, and record what came of it.

    Pushing what the repository holds already changes nothing there.
    """
    repository = str(hub.id)
    try:
        commit = _commit(run, repository, hub.private)
        done = Push(repository, commit, None)
    except FAULTS as error:
        causes = [error, error.__cause__] if error.__cause__ else [error]
        done = Push(repository, None, " ".join(map(_one_line, causes)))
    write_json(_record(run), asdict(done))
    return done


def is_pushed(run: RunDirectory, hub: HubConfig) -> bool:
    """Whether the last push went to this repository and came to its end."""
    last = last_push(run)
    return last is not None and last.id == hub.id and last.commit is not None


def last_push(run: RunDirectory) -> Push | None:
    """What came of the last push, None before the first."""
    record = _record(run)
    return Push(**read_json(record)) if record.exists() else None


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _record(run: RunDirectory) -> Path:
    return run.path / "hub.json"


def _commit(run: RunDirectory, repository: str, private: bool) -> str:
    checkpoint = run.last_checkpoint()
    if checkpoint is None or not list(checkpoint.glob(WEIGHTS)):
        raise ValueError(f"{checkpoint or run.checkpoints_path} has no weights in safetensors")
    card = run.path / "card.md"
    write_atomically(card, model_card(run, repository).encode())
    files = {"README.md": card, **_model_files(checkpoint), **dict(_facts(run))}
    api = HfApi()
    api.create_repo(repository, private=private, exist_ok=True)
    operations = [CommitOperationAdd(name, str(path)) for name, path in sorted(files.items())]
    commit = api.create_commit(repository, operations, commit_message=f"Add {run.path.name}")
    return str(commit.commit_url)


def _model_files(checkpoint: Path) -> dict[str, Path]:
    paths = (path for pattern in MODEL_FILES for path in checkpoint.glob(pattern))
    return {path.name: path for path in paths if path.is_file()}


def _facts(run: RunDirectory) -> Iterator[tuple[str, Path]]:
    for name in ("config", "identity", "environment", "decision", "summary"):
        path = run.path / f"{name}.json"
        if path.exists():
            yield f"{FACTS}/{path.name}", path
