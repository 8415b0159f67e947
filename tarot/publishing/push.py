"""Pushing a finished run's weights to the hub; a push that fails is a record, not an error.

It does not cover weights that a checkpoint holds in pieces of a process each: those that are
whole, in safetensors, are pushed.
"""

from collections.abc import Iterator
from pathlib import Path

from tarot.config.schema import HubConfig
from tarot.publishing.card import FACTS, model_card
from tarot.publishing.commit import Push, attempt, commit_files, is_done, last_attempt
from tarot.runs import RunDirectory, write_atomically

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
    card = run.path / "card.md"
    write_atomically(card, model_card(run, str(hub.id)).encode())
    files = {"README.md": card, **_model_files(checkpoint), **dict(_facts(run))}
    return commit_files(hub, files, f"Add {run.path.name}")


def _model_files(checkpoint: Path) -> dict[str, Path]:
    paths = (path for pattern in MODEL_FILES for path in checkpoint.glob(pattern))
    return {path.name: path for path in paths if path.is_file()}


def _facts(run: RunDirectory) -> Iterator[tuple[str, Path]]:
    facts = ("config", "identity", "environment", "decision", "summary")
    for path in (*(run.path / f"{name}.json" for name in facts), run.changes.path):
        if path.exists():
            yield f"{FACTS}/{path.name}", path
