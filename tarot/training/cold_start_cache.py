"""Where the checkpoints of cold starts are kept, for who only reads them: TRL is slow to import."""

import hashlib
import json
from pathlib import Path

from tarot.config.schema import ColdStartConfig, RunConfig
from tarot.runs import RunDirectory
from tarot.runs.cache import cache_folder


def cached_folder(run: RunDirectory, config: RunConfig, settings: ColdStartConfig) -> Path:
    """Where the checkpoint is kept, by all that it depends on."""
    described = {
        "model": config.model.model_dump(mode="json"),
        "prompt": config.prompt.model_dump(mode="json"),
        "data": run.data_fingerprint(),
        "settings": settings.model_dump(mode="json"),
        "arithmetic": [config.hardware.dtype, config.hardware.autocast],
    }
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:12]
    return cache_folder() / "cold_starts" / digest
