"""Every file of every group composes into a config that validates."""

from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from tarot.cli.composition import CONF, compose
from tarot.config.evaluation import EvaluateConfig
from tarot.config.generation import GenerateConfig
from tarot.config.run import validate_run
from tarot.config.targets import build, check_target
from tarot.config.trials import AuditConfig
from tarot.config.validation import parse
from tarot.curriculum import OnlinePolicy

GENERATORS = sorted((CONF / "generator").glob("*.yaml"))
FILES = sorted(path for path in CONF.rglob("*.yaml") if path.parent != CONF)
EFFORTS = sorted((CONF / "effort").glob("*.yaml"))
BENCHMARKS = sorted((CONF / "benchmark").glob("*.yaml"))
# Any model: what its own files say of it is tested in test_model_facts.py.
ANY_MODEL = CONF / "model" / "hub.yaml"
# What a file takes beside it where the default would not do: a server of vLLM has GPUs of its own.
BESIDE = {CONF / "trainer" / "qlora.yaml": ["hardware=gpu1_24gb"]}
MODELS = sorted(set((CONF / "model").glob("*.yaml")) - {ANY_MODEL})


def all_composed(path: Path) -> list[dict[str, Any]]:
    """The run configs with the option of one file, its missing values filled in."""
    group = path.parent.relative_to(CONF).as_posix()
    kind = group.partition("/")[0]
    is_overlay = kind in ("experiment", "sweep")
    node = OmegaConf.to_container(OmegaConf.load(path))
    assert isinstance(node, dict)
    values = [f"{group}.{key!s}=given" for key, value in node.items() if value == "???"]
    several = ["-m", *narrowed(path)] if kind == "sweep" else []
    chosen = f"{'+' if is_overlay else ''}{group}={path.stem}"
    beside = [*values, *BESIDE.get(path, [])]
    return [job.config for job in compose("train", [*several, chosen, *beside])]


def narrowed(path: Path) -> list[str]:
    """The first of what a sweep lists, key by key: one run, or few."""
    return [
        f"hydra.sweeper.params.{key}={values[0]}"
        for key, values in lists_of(path).items()
        if "." not in key  # Hydra would take the dot for a level of its config
    ]


def lists_of(path: Path) -> dict[str, list[str]]:
    """What a sweep lists, by key, with what it has of others."""
    node: Any = OmegaConf.to_container(OmegaConf.load(path))
    found: dict[str, list[str]] = {}
    for name in node.get("defaults", []):
        if name != "_self_":
            found |= lists_of(CONF / "sweep" / f"{name.removeprefix('/sweep/')}.yaml")
    own = node.get("hydra", {}).get("sweeper", {}).get("params", {})
    return found | {key: str(values).split(",") for key, values in own.items()}


def test_every_option_that_a_sweep_lists_is_there() -> None:
    for path in (CONF / "sweep").rglob("*.yaml"):
        for key, values in lists_of(path).items():
            if (CONF / key).is_dir():
                assert {f"{value}.yaml" for value in values} <= {
                    option.name for option in (CONF / key).iterdir()
                }


def composed(path: Path) -> dict[str, Any]:
    """The run config with the option of a file that describes one run."""
    (config,) = all_composed(path)
    return config


def option_of(group: str, name: str) -> dict[str, Any]:
    """The node of one option in a run config."""
    node: dict[str, Any] = composed(CONF / group / f"{name}.yaml")[group]
    return node


@pytest.mark.parametrize("path", GENERATORS, ids=lambda path: path.stem)
def test_every_generator_composes_and_has_prices_for_the_models(path: Path) -> None:
    (job,) = compose("generate", ["out=suites", f"generator={path.stem}"])
    config = parse(GenerateConfig, job.config)
    check_target("generator", config.generator)
    build("generator", config.generator).check_models(config.models)


@pytest.mark.parametrize("path", EFFORTS, ids=lambda path: path.stem)
def test_every_effort_composes_for_an_audit(path: Path) -> None:
    (job,) = compose("audit", [f"effort@_global_={path.stem}"])
    parse(AuditConfig, job.config)


def test_every_benchmark_composes_beside_the_others_and_is_built() -> None:
    names = [path.stem for path in BENCHMARKS]
    (job,) = compose("evaluate", ["model=tiny", f"benchmark=[{','.join(names)}]"])
    config = parse(EvaluateConfig, job.config)
    assert list(config.benchmark) == names
    for name, node in config.benchmark.items():
        check_target(f"benchmark.{name}", node)
        build(f"benchmark.{name}", node)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.relative_to(CONF).as_posix(), marks=pytest.mark.soak)
        if path == CONF / "sweep" / "paper.yaml"  # 81 runs, of two sweeps that are composed here
        else pytest.param(path, id=path.relative_to(CONF).as_posix())
        for path in FILES
        if path not in (*GENERATORS, *EFFORTS, *BENCHMARKS, ANY_MODEL)
    ],
)
def test_every_file_composes_and_validates(path: Path) -> None:
    for config in all_composed(path):
        validate_run(config)
        build("curriculum", config["curriculum"])
        build("reward", config["reward"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(CONF).as_posix())
def test_every_file_says_first_what_it_is(path: Path) -> None:
    lines = path.read_text().splitlines()
    first = lines[1] if lines[0].startswith("# @package") else lines[0]
    assert first.startswith("# ")
    assert first.endswith(".") or ":" in first


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_models_parameters_follow_from_its_architecture(path: Path) -> None:
    shape = OmegaConf.load(path).architecture
    hidden, width = shape.hidden_size, (shape.heads + 2 * shape.kv_heads) * shape.head_dim
    attention = hidden * width + shape.heads * shape.head_dim * hidden
    biases = width if shape.family == "qwen2" else 0
    head_norms = 2 * shape.head_dim if shape.family.startswith("qwen3") else 0
    norms = (4 if shape.family == "gemma2" else 2) * hidden
    mlp = 3 * hidden * shape.intermediate_size
    if "experts" in shape:
        mlp = shape.experts.number * (mlp + hidden)
    layer = attention + biases + head_norms + norms + mlp
    embeddings = shape.vocab_size * hidden * (1 if shape.tie_embeddings else 2)
    assert shape.layers * layer + embeddings + hidden == shape.parameters


def test_the_default_run_composes_as_the_user_types_it() -> None:
    (job,) = compose("train", ["model=qwen2.5-coder-7b", "curriculum=adaptive"])
    run = validate_run(job.config)
    assert run.model.id == "Qwen/Qwen2.5-Coder-7B-Instruct"
    assert run.name == "qwen2.5-coder-7b-adaptive"


def test_the_adaptive_choice_has_every_pure_policy_as_a_candidate() -> None:
    (job,) = compose("train", ["curriculum=adaptive"])
    options = {path.stem for path in (CONF / "curriculum").glob("*.yaml")} - {"adaptive"}
    built = {name: build("curriculum", option_of("curriculum", name)) for name in options}
    online = {name for name, policy in built.items() if isinstance(policy, OnlinePolicy)}
    assert online == {"bandit", "mastery"}
    assert set(job.config["curriculum"]["candidates"]) == options - online
    assert all(hasattr(built[name], "at") != (name in online) for name in options)
