"""What the documents say can be typed works, and names what is there."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from fnmatch import fnmatch
from functools import cache, partial
from io import StringIO
from pathlib import Path

import pytest

import rewards
from tarot.cli import bench, report
from tarot.cli.composition import choose_options, compose
from tarot.cli.data import in_full
from tarot.cli.main import main
from tarot.cli.sources import sources_in_full
from tarot.config.benches import BenchAuditConfig, BenchConfig, BenchHostedConfig
from tarot.config.evaluation import EvaluateConfig
from tarot.config.generation import GenerateConfig
from tarot.config.run import validate_run
from tarot.config.schema import (
    ReportConfig,
    ReproduceConfig,
    RescoreConfig,
    RunConfig,
    Strict,
)
from tarot.config.targets import build
from tarot.config.trials import (
    AuditConfig,
    BenchTrainerConfig,
    ConformanceConfig,
    DataConfig,
    JudgeConfig,
    ProbeRunConfig,
)
from tarot.config.validation import parse
from tarot.curriculum import phases
from tarot.types import (
    Grade,
    GradedCompletion,
    Program,
    TestResult,
    Tier,
    TierWeights,
    UserError,
    Verdict,
)

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"python (?:train|evaluate|generate)\.py\b|tarot [a-z]|python -m |make\b")
OWN_FILE = re.compile(r"`([\w./]+\.(?:yaml|py))`")
TREE_ROW = re.compile(r"^\| `(\w+)/` \|", re.MULTILINE)

# What is neither run nor composed here, and why.
EXCEPTIONS = {
    "tarot reproduce": "the verb by its name; it takes run=DIR",
    "tarot rescore": "the verb by its name; it takes run=DIR",
}
SCHEMAS: dict[str, type[Strict]] = {
    "audit": AuditConfig,
    "bench": BenchConfig,
    "bench_audit": BenchAuditConfig,
    "bench_hosted": BenchHostedConfig,
    "bench_trainer": BenchTrainerConfig,
    "conformance": ConformanceConfig,
    "data": DataConfig,
    "evaluate": EvaluateConfig,
    "generate": GenerateConfig,
    "judge": JudgeConfig,
    "plan": RunConfig,
    "probe": ProbeRunConfig,
    "report": ReportConfig,
    "reproduce": ReproduceConfig,
    "rescore": RescoreConfig,
}
IN_FULL: dict[str, Callable[[list[str]], list[str]]] = {
    "audit": sources_in_full,
    "data": in_full,
    "report": report.in_full,
    "rescore": partial(choose_options, "curriculum"),
}
ROW = """{"id": "a", "statement": "Print 1.", "reference": null,
"tests": [{"stdin": "", "expected": "1", "tier": "basic"}]}"""

# Where packages come from is the user's affair, and where this was written is nobody's.
FOREIGN = ("pypi.org", "pythonhosted.org", "pytorch.org", "/work/", "helper-")


def commands() -> list[str]:
    """Every command in the documents, once: lines of plain blocks, and code in the text."""
    found: list[str] = []
    for document in DOCUMENTS:
        text = document.read_text()
        for language, body in FENCE.findall(text):
            found += body.splitlines() if not language else []
        found += [" ".join(code.split()) for code in INLINE.findall(FENCE.sub("", text))]
    return sorted({command for command in found if COMMAND.match(command)})


def own_files() -> dict[str, str]:
    """The files that the README tells the reader to write, by path."""
    text, files, end = README.read_text(), {}, 0
    for fence in FENCE.finditer(text):
        named = OWN_FILE.findall(text[end : fence.start()])
        if fence[1] and named:
            files[named[-1]] = fence[2]
        end = fence.end()
    return files


def try_out(command: str) -> None:
    """Go as far with a command as is possible without training, installing or measuring."""
    first, *rest = shlex.split(command, comments=True)
    if first == "make":
        subprocess.run(["make", "--dry-run", *rest], cwd=ROOT, check=True, capture_output=True)
    elif rest[0] == "train.py":
        dry_run(rest[1:])
    elif rest[0] == "-m":
        show_help(rest[1])
    else:
        verb, *arguments = [rest[0].removesuffix(".py"), *rest[1:]]
        arguments = IN_FULL.get(verb, list)(arguments)
        if verb == "bench":
            verb, arguments = bench.in_full(arguments)
        (job,) = compose(verb, arguments)
        parse(SCHEMAS[verb], job.config)


@cache
def show_help(module: str) -> None:
    """Start a module with `--help`, once."""
    command = [sys.executable, "-m", module, "--help"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def dry_run(arguments: list[str]) -> None:
    """Show what `train.py` would do, and hold that it could where there is what it asks for."""
    shown = StringIO()
    with redirect_stdout(shown):
        assert main(["train", *arguments, "++dry_run=true"]) == 0
    assert "can't work" not in shown.getvalue()


def kept_files(folder: Path = ROOT) -> Iterator[Path]:
    """The files that are neither ignored by git nor its own."""
    for path in sorted(folder.iterdir()):
        if not is_ignored(path):
            yield from kept_files(path) if path.is_dir() else [path]


def is_ignored(path: Path) -> bool:
    """A pattern that begins with a slash is meant at the root, others anywhere."""
    place = f"/{path.relative_to(ROOT).as_posix()}"
    patterns = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split()]
    return any(
        fnmatch(place, pattern if pattern.startswith("/") else f"*/{pattern}")
        for pattern in (".git", *patterns)
    )


@pytest.mark.parametrize("command", [one for one in commands() if one not in EXCEPTIONS])
def test_a_command_of_the_documents_works(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "problems.jsonl").write_text(ROW.replace("\n", ""))
    monkeypatch.chdir(tmp_path)
    try_out(command)


def test_the_commands_are_found_in_blocks_and_in_the_text() -> None:
    assert {"make demo", "make test", "python train.py --help", "tarot bench"} <= set(commands())
    assert 'make test ARGS="tests/config -x"' in commands()


def test_every_exception_is_in_the_documents() -> None:
    assert EXCEPTIONS.keys() <= set(commands())


@pytest.mark.parametrize(
    "command",
    ["make demos", "python train.py modle=tiny", "python -m experiments.dmo", "tarot bench core=1"],
)
def test_a_wrong_command_would_be_found(command: str) -> None:
    with pytest.raises((subprocess.CalledProcessError, AssertionError, UserError)):
        try_out(command)


def test_the_own_curriculum_and_reward_of_the_readme_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the tiers pass, and 100 characters cost 0.1; a lost test leaves no value."""
    files = own_files()
    assert sorted(files) == [
        "conf/curriculum/mine.yaml",
        "conf/reward/brief.yaml",
        "rewards/brief.py",
    ]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(rewards, "__path__", [*rewards.__path__, str(tmp_path / "rewards")])
    own = ["--config-dir", str(tmp_path / "conf"), "curriculum=mine", "reward=brief"]
    (job,) = compose("train", [*own, "+experiment=tiny"])
    validate_run(job.config)
    first, second = phases(build("curriculum", job.config["curriculum"]))
    assert (first.start, first.weights) == (0.0, TierWeights({Tier.BASIC: 0.25}))
    assert (second.start, second.weights) == (0.5, TierWeights(dict.fromkeys(Tier, 0.25)))
    reward = build("reward", job.config["reward"])
    value, lost = reward([completion(Verdict.WRONG_ANSWER), completion(Verdict.INFRASTRUCTURE)])
    assert (value.total, value.parts) == (pytest.approx(0.4), {"passed": 0.5})
    assert tuple(value.parts) == reward.part_names
    assert lost is None


def completion(failed: Verdict) -> GradedCompletion:
    """Of 100 characters; basic and edge pass, the others end as `failed`."""
    passed = (Tier.BASIC, Tier.EDGE)
    results = [TestResult(tier, Verdict.ACCEPTED if tier in passed else failed) for tier in Tier]
    grade = Grade(Program("pass"), tuple(results))
    return GradedCompletion("x" * 100, "p", grade, TierWeights({}), step=1, group=0)


def test_the_table_of_folders_names_those_that_are_there() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in kept_files() if path.parent != ROOT}
    folders = {name for name in top if not name.startswith(".")}
    section = README.read_text().partition("## The tree\n")[2].partition("\n## ")[0]
    named = set(TREE_ROW.findall(section))
    assert named == folders


def test_nothing_names_a_registry_or_the_place_where_it_was_written() -> None:
    paths = list(kept_files())
    assert {README, ROOT / "tarot" / "runs" / "lock.py", ROOT / ".ci" / "run"} <= set(paths)
    for path in paths:
        text = path.read_bytes().decode(errors="ignore") if path != Path(__file__) else ""
        assert [word for word in FOREIGN if word in text] == [], path
