"""The code that a context is sent: the runner with its imports, once, and then its calls."""

import base64
import io
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

FOLDER = "TAROT_FOLDER"
"""The variable that names a folder for the runner's files, where a context has one that ends."""

_ROOT = Path(__file__).parents[3]
_STAYS = ("docker.py", "e2b.py", "fusion.py")
_SENT = ("__init__.py", "parcels.py", "runner.py")
_EPOCH = (1980, 1, 1, 0, 0, 0)

_START = """
import base64, builtins, io, json, os, sys, tempfile, zipfile
if sys.version_info < (3, 11):
    fault = "its Python is %d.%d, and 3.11 is needed" % sys.version_info[:2]
    print(json.dumps({{"tarot": {request!r}, "layers": [], "fault": fault}}), flush=True)
else:
    folder = tempfile.mkdtemp(prefix="tarot-", dir=os.environ.get({folder!r}))
    zipfile.ZipFile(io.BytesIO(base64.b64decode({archive!r}))).extractall(folder)
    sys.path.insert(0, folder)
    from tarot.sandbox.cloud import runner
    tarot_runner = runner.start({request!r}, {require!r})
    if hasattr(builtins, "get_ipython"):  # which would keep every parcel for its history
        builtins.get_ipython().history_manager.store_inputs = lambda *_: None
"""
_SERVE = "tarot_runner.serve({request!r}, {parcel!r}, {begin_within_s!r})"


def starting(request: str, require: Sequence[str]) -> str:
    """Code that starts the runner in a fresh context."""
    archive = _archive()
    return _START.format(request=request, archive=archive, require=list(require), folder=FOLDER)


def serving(request: str, parcel: str, begin_within_s: float | None = None) -> str:
    """Code that has the runner run a parcel of jobs, but begin none after a while."""
    return _SERVE.format(request=request, parcel=parcel, begin_within_s=begin_within_s)


@cache
def _archive() -> str:
    """The files of the runner, zipped, the same for the same files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in _files():
            info = zipfile.ZipInfo(path.relative_to(_ROOT).as_posix(), _EPOCH)
            archive.writestr(info, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return base64.b64encode(content.getvalue()).decode()


def _files() -> list[Path]:
    package = _ROOT / "tarot"
    sandbox = package / "sandbox"
    local = [path for path in sandbox.glob("*.py") if path.name not in _STAYS]
    return [
        package / "__init__.py",
        package / "types.py",
        *sorted(local),
        *(sandbox / "cloud" / name for name in _SENT),
    ]
