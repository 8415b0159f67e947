"""Every pure policy that ships, by the name of its file."""

from pathlib import Path

import pytest
from hydra.utils import instantiate
from omegaconf import OmegaConf

from tarot.types import Policy

FOLDER = Path(__file__).parents[2] / "conf" / "curriculum"


@pytest.fixture(scope="session")
def policies() -> dict[str, Policy]:
    nodes = {path.stem: OmegaConf.load(path) for path in sorted(FOLDER.glob("*.yaml"))}
    return {name: instantiate(node) for name, node in nodes.items() if "defaults" not in node}
