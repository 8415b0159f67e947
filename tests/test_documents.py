"""The documents name what is there, lead somewhere, and what they tell to write works."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

import rewards
from tarot.cli.composition import compose
from tarot.cli.main import VERBS
from tarot.config.run import validate_run
from tarot.config.targets import build
from tarot.curriculum import phases
from tarot.types import (
    Grade,
    GradedCompletion,
    Program,
    TestResult,
    Tier,
    TierWeights,
    Verdict,
)
from tests.documents import DOCS, DOCUMENTS, FENCE, README, ROOT, own_files, write_own_files

TREE_ROW = re.compile(r"^\| `(\w+)/` \|", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")
TWO_SCREENS = 130

# Where packages come from is the user's affair, and where this was written is nobody's.
FOREIGN = ("pypi.org", "pythonhosted.org", "pytorch.org", "/work/", "helper-")


def links(document: Path) -> Iterator[tuple[Path, str]]:
    """The files of this repository that a document leads to, each with the anchor or without."""
    for target in LINK.findall(FENCE.sub("", document.read_text())):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield (document.parent / path if path else document).resolve(), anchor


def anchors(document: Path) -> set[str]:
    """The headings as GitHub names them."""
    headings = HEADING.findall(FENCE.sub("", document.read_text()))
    return {NOT_IN_AN_ANCHOR.sub("", text.lower()).replace(" ", "-") for text in headings}


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


def test_the_readme_reaches_every_verb_in_two_screens() -> None:
    text = README.read_text()
    scripts = {path.stem: f"`python {path.name}" for path in ROOT.glob("*.py")}
    for verb in VERBS:
        assert scripts.get(verb, f"`tarot {verb}") in text, verb
    assert len(text.splitlines()) <= TWO_SCREENS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(document: Path) -> None:
    for path, anchor in links(document):
        assert path.exists(), path
        assert not anchor or anchor in anchors(path), f"{path}#{anchor}"


def test_the_index_leads_to_every_page() -> None:
    index = DOCS / "README.md"
    assert {path for path, _ in links(index)} >= set(DOCS.glob("*.md")) - {index}


def test_the_own_curriculum_and_reward_of_the_documents_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the tiers pass, and 100 characters cost 0.1; a lost test leaves no value."""
    assert sorted(own_files()) == [
        "answer.txt",
        "conf/curriculum/mine.yaml",
        "conf/reward/brief.yaml",
        "conf/reward/mine.yaml",
        "mine.csv",
        "mine.py",
        "rewards/brief.py",
    ]
    write_own_files(tmp_path)
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
    section = (DOCS / "design.md").read_text().partition("## The tree\n")[2].partition("\n## ")[0]
    named = set(TREE_ROW.findall(section))
    assert named == folders


def test_nothing_names_a_registry_or_the_place_where_it_was_written() -> None:
    paths = list(kept_files())
    assert {README, ROOT / "tarot" / "runs" / "lock.py", ROOT / ".ci" / "run"} <= set(paths)
    for path in paths:
        text = path.read_bytes().decode(errors="ignore") if path != Path(__file__) else ""
        assert [word for word in FOREIGN if word in text] == [], path
