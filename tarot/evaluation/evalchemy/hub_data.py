"""Data sets of the hub that tasks load by themselves."""

from pathlib import Path

from huggingface_hub import get_hf_file_metadata, get_token, hf_hub_url
from huggingface_hub.constants import HF_HUB_CACHE
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # re-exported lazily

from tarot.types import UserError

_TIMEOUT_S = 15.0


def check_hub_data(name: str, folder: str | None) -> None:
    """UserError unless a data set is in `folder`, in the hub's cache, or on the hub."""
    if folder is not None:
        if not Path(folder).is_dir():
            raise UserError(f"evalchemy.data={folder}: no such folder")
        if (Path(folder) / name).is_dir():
            return
    if (Path(HF_HUB_CACHE) / f"datasets--{name.replace('/', '--')}").is_dir():
        return
    url = hf_hub_url(name, "README.md", repo_type="dataset")
    try:
        get_hf_file_metadata(url, token=get_token(), timeout=_TIMEOUT_S)
    except (httpx.HTTPError, HfHubHTTPError, OfflineModeIsEnabled) as error:
        raise UserError(
            f"{name}: not in the local cache, and the hub cannot be reached "
            f"({type(error).__name__}); put it into a folder as {name}/ and set evalchemy.data"
        ) from error
