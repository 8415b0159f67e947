"""Models of a shipped architecture, small enough to make on the spot."""

from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from transformers import AutoModelForCausalLM, AutoTokenizer

from tarot.config.schema import ModelConfig
from tarot.sampling import LoadedModel, load_model
from tarot.sampling.random_weights import save_random_checkpoint

MODELS = Path(__file__).parents[2] / "conf" / "model"
SHAPE = {
    "layers": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "heads": 2,
    "kv_heads": 1,
    "head_dim": 16,
    "vocab_size": 512,
}


def small(option: str, **changes: Any) -> ModelConfig:
    """`model=option` with random weights and a small shape."""
    node: Any = OmegaConf.to_container(OmegaConf.load(MODELS / f"{option}.yaml"))
    shape = {**node["architecture"], **SHAPE}
    return ModelConfig(**{**node, "source": "random", "architecture": shape, **changes})


def load_plainly(folder: Path) -> LoadedModel:
    """A folder as anyone loads it."""
    weights = AutoModelForCausalLM.from_pretrained(folder)
    return LoadedModel(weights, AutoTokenizer.from_pretrained(folder))


def load_small(folder: Path, option: str, **changes: Any) -> LoadedModel:
    """Make it in `folder`, unless it is there, and load it."""
    model = small(option, **changes)
    if not folder.exists():
        save_random_checkpoint(model, folder)
    return load_model(str(folder), model, "float32")
