"""Whether a model can be had: in a folder, in the local cache or on the hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huggingface_hub import (
    get_hf_file_metadata,
    get_token,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # re-exported lazily
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from tarot.config.schema import ModelConfig
from tarot.types import UserError

CONFIG = "config.json"
TIMEOUT_S = 15.0


class HubUnreachable(UserError):
    """What is asked for may be on the hub, which can't be asked."""


def check_model(model: ModelConfig) -> None:
    """UserError unless the model's weights are here or can be fetched."""
    if model.source == "gguf_wheel" and model.package is None:
        raise UserError("model.package: missing; model.source=gguf_wheel needs it")
    if model.source != "hub":
        return
    if not is_local(model.id):
        _check_hub(model)
    elif not (Path(model.id) / CONFIG).is_file():
        raise UserError(f"model.id={model.id}: no folder with a config.json")


def is_local(model_id: str) -> bool:
    """Whether an id is a path: it exists, or does not have the form `owner/name`."""
    return Path(model_id).is_dir() or model_id[:1] in ("/", ".", "~") or model_id.count("/") != 1


def file_of(model_id: str, revision: str | None, name: str) -> Path | None:
    """A file of a model in a folder, in the local cache or fetched from the hub; None without it.

    Raises:
        HubUnreachable: where it would have to be fetched, and can't be.
        UserError: for a model that the hub has not or does not give.
    """
    if is_local(model_id):
        path = Path(model_id) / name
        return path if path.is_file() else None
    try:
        cached = try_to_load_from_cache(model_id, name, revision=revision)
        if cached is not None:
            return Path(cached) if isinstance(cached, str) else None
        with _without_bars():
            return Path(hf_hub_download(model_id, name, revision=revision, etag_timeout=TIMEOUT_S))
    except RemoteEntryNotFoundError:
        return None
    except LocalEntryNotFoundError as error:
        raise HubUnreachable(f"model.id={model_id}: {_reason(error.__cause__ or error)}") from error
    except (httpx.HTTPError, HFValidationError) as error:
        raise UserError(f"model.id={model_id}: {_reason(error)}") from error


def local_weights(model: ModelConfig) -> list[tuple[str, int, int]] | None:
    """Name, size and time of each file of a model in a folder, to tell its contents apart.

    None for other models, which their id and revision name.
    """
    folder = Path(model.id)
    if model.source != "hub" or not folder.is_dir():
        return None
    states = [(path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file()]
    return [(name, state.st_size, state.st_mtime_ns) for name, state in states]


def _check_hub(model: ModelConfig) -> None:
    try:
        if isinstance(try_to_load_from_cache(model.id, CONFIG, revision=model.revision), str):
            return
        url = hf_hub_url(model.id, CONFIG, revision=model.revision)
        get_hf_file_metadata(url, token=get_token(), timeout=TIMEOUT_S)
    except (httpx.HTTPError, OfflineModeIsEnabled, EntryNotFoundError, HFValidationError) as error:
        raise UserError(f"model.id={model.id}: {_reason(error)}") from error


@contextmanager
def _without_bars() -> Iterator[None]:
    """A file of a few kilobytes needs none."""
    are_shown = not are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if are_shown:
            enable_progress_bars()


def _reason(error: BaseException) -> str:
    match error:
        case HFValidationError():
            return "neither a folder nor an id of the hub"
        case GatedRepoError():
            return "gated; accept its terms on the hub and set HF_TOKEN"
        case RevisionNotFoundError():
            return "the hub has no such model.revision"
        case RepositoryNotFoundError() | EntryNotFoundError():
            return "the hub has no such model"
        case _:
            name = type(error).__name__
            return f"not in the local cache, and the hub cannot be reached ({name})"
