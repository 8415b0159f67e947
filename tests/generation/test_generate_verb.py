"""`tarot generate` from the problems to the data set, with the real client and sandbox."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tarot.audit.data_set import audit_entries
from tarot.audit.overlap import OverlapIndex
from tarot.audit.references import failing_references
from tarot.cli.composition import compose
from tarot.cli.generation_audit import audited
from tarot.cli.main import main
from tarot.config.generation import GenerateConfig
from tarot.config.validation import parse
from tarot.data import JsonlSource, Split
from tarot.data.entries import read_entries
from tarot.data.files import read_problems
from tarot.generation.folder import GenerationFolder
from tarot.generation.service import VARIABLE
from tarot.generation.trials import SandboxOutage
from tarot.grading.grader import Grader
from tarot.runs.exits import Exit
from tarot.sandbox.local import LocalSandbox
from tarot.types import Limits, Tier
from tests.generation.losing_sandbox import LosingSandbox
from tests.generation.openai_server.account import Account
from tests.generation.openai_server.faults import Plan
from tests.generation.openai_server.server import Server, serving
from tests.generation.starter_answers import HABITS, StarterAnswers

LIMITS = Limits(cpu_s=5.0, wall_s=20.0, memory_mb=512, output_kb=1024)
QUICK = ("generator.poll_s=0.01", "generator.settle_s=0", "generator.max_retries=0")
AUDIT = ("audit.runs=2", "audit.mutants=3")
ONE_OF_EACH = StarterAnswers(len(HABITS))
NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Generated:
    """A folder that is finished, and the server that it was made with."""

    folder: Path
    server: Server


def command(folder: Path, answers: StarterAnswers, url: str, *more: str) -> list[str]:
    words = ("generate", f"out={folder}", "models=[o4-mini,o3]", f"generator.base_url={url}")
    return [*words, *answers.overrides, *more]


@pytest.fixture(scope="module")
def generated(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    folder = tmp_path_factory.mktemp("generated") / "suites"
    with serving(Account(ONE_OF_EACH.answerer(), Plan())) as server:
        assert main(command(folder, ONE_OF_EACH, server.url, *QUICK, *AUDIT)) == Exit.OK
        yield Generated(folder, server)


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_every_problem_but_the_hopeless_one_gets_four_tiers(generated: Generated) -> None:
    """Seven are asked about, five once more, and two of them of the stronger model, one twice."""
    problems = read_problems(generated.folder / "problems.jsonl")
    wanted = ONE_OF_EACH.source().load(Split.TRAIN)[:-1]
    assert [one.id for one in problems] == [one.id for one in wanted]
    for problem, base in zip(problems, wanted, strict=True):
        assert [test.tier for test in problem.tests] == [None, *Tier]
        assert problem.tests[0].stdin == base.tests[0].stdin
        assert problem.reference == base.reference
    assert generated.server.account.paid.total() == 7 + 5 + 2 + 1
    assert generated.server.account.paid_twice() == {}


def test_the_data_set_is_sound_and_both_of_its_files_are_read_alike(generated: Generated) -> None:
    source = JsonlSource(str(generated.folder / "problems.jsonl"), dev_share=0, test_share=0)
    parquet = read_problems(generated.folder / "problems.parquet")
    assert source.load(Split.TRAIN) == tuple(parquet)
    audit = audit_entries(read_entries(source), OverlapIndex())
    grader = Grader(LocalSandbox(slots=2), LIMITS)
    failing = list(failing_references(audit.problems, grader, lambda _: None))
    grader.close()
    assert (audit.findings, failing) == ([], [])


def test_what_is_not_in_it_and_what_was_doubted_stands_beside_it(generated: Generated) -> None:
    bases = ONE_OF_EACH.source().load(Split.TRAIN)
    (dropped,) = lines_of(generated.folder / "dropped.jsonl")
    assert (dropped["problem_id"], dropped["reason"]) == (bases[-1].id, "no sound suite")
    assert "no edge test after 4 attempts; the last: edge: reference failed" in str(
        dropped["detail"]
    )
    doubted = lines_of(generated.folder / "disagreements.jsonl")
    assert [(one["problem_id"], one["tier"]) for one in doubted] == [
        (bases[1].id, str(tier)) for tier in Tier
    ]
    assert {one["model"] for one in doubted} == {"wrong\n"}


def test_the_card_counts_by_tier_and_model(generated: Generated) -> None:
    """Of edge, the first model is asked seven and three times more; five are sound, then one."""
    card = (generated.folder / "README.md").read_text()
    for row in (
        "| basic | o4-mini | 7 | 7 | 100.0% | 1 |",
        "| intermediate | o4-mini | 8 | 7 | 87.5% | 1 |",
        "| edge | o4-mini | 10 | 5 | 50.0% | 1 |",
        "| edge | o3 | 3 | 1 | 33.3% | 0 |",
        "| no sound suite | 1 |",
        "| test missing | 1 |",
        "| input repeated | 1 |",
    ):
        assert row in card
    summary = json.loads((generated.folder / "summary.json").read_text())
    assert [one["snapshot"] for one in summary["models"]] == [
        "o4-mini-2025-04-16",
        "o3-2025-04-16",
    ]
    assert sum(one["cost_usd"] for one in summary["models"]) == pytest.approx(summary["spent_usd"])


def test_the_card_says_what_the_suites_tell(
    generated: Generated, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures are those that `tarot audit` finds in the same file."""
    card = (generated.folder / "README.md").read_text()
    figures = json.loads((generated.folder / "audit.json").read_text())
    assert [one["tier"] for one in figures["tiers"]] == [*Tier, None]
    kills = figures["suites"]
    assert 0 < kills["num_killed"] <= kills["num_mutants"] <= 3 * 6
    line = f"mutants: {kills['num_killed']} of {kills['num_mutants']} killed by their suites"
    assert line in card
    assert "| pass their reference | 100.0% of 6 |" in card
    assert "CPU ms" not in card
    published = GenerationFolder(generated.folder).published
    assert {"README.md", "audit.json"} <= {path.name for path in published}
    assert all(map(Path.exists, published))
    file = generated.folder / "problems.jsonl"
    assert main(["audit", f"file={file}", "runs=2", "mutants=3", "seed=0"]) == Exit.OK
    assert line in capsys.readouterr().out


def test_what_could_not_be_audited_is_for_another_time(
    generated: Generated, tmp_path: Path
) -> None:
    """The mutant of the last of six problems is lost, and alone is tried again."""
    (job,) = compose("generate", ["out=suites", "audit.runs=1", "audit.mutants=1"])
    config, folder = parse(GenerateConfig, job.config), GenerationFolder(tmp_path)
    problems = generated.folder / "problems.jsonl"
    with (
        closing(LosingSandbox(slots=2)) as losing,
        pytest.raises(SandboxOutage, match=r"the suites of 1 problems could not be audited"),
    ):
        audited(config, folder, problems, losing)
    assert len(lines_of(folder.audited_path)) == 5
    assert not folder.audit_path.exists()
    with closing(LocalSandbox(slots=2)) as sandbox:
        assert audited(config, folder, problems, sandbox) is not None
    assert len(lines_of(folder.audited_path)) == 6


def test_a_finished_generation_does_nothing_and_another_one_keeps_out(
    generated: Generated, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = generated.server.calls.total()
    same = command(generated.folder, ONE_OF_EACH, generated.server.url)
    assert main(same) == Exit.OK
    assert capsys.readouterr().out == f"{generated.folder} is finished; nothing to do\n"
    assert main([*same, "repairs=2", "grading.limits.wall_s=9.0"]) == Exit.USER_ERROR
    assert capsys.readouterr().err == (
        f"out: {generated.folder} holds another generation, which differs in "
        "grading.limits.wall_s, repairs; name another folder\n"
    )
    assert generated.server.calls.total() == calls


def test_a_dry_run_shows_the_worst_case_without_key_or_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven answers of 100,000 tokens, at half of $4.40 and of $8 a million, and questions."""
    monkeypatch.delenv(VARIABLE, raising=False)
    more = ("max_output_tokens=100000", "dry_run=true")
    assert main(command(tmp_path / "suites", ONE_OF_EACH, NOBODY, *more)) == Exit.OK
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    attempts = [row for row in rows if row[1:2] in (["o4-mini"], ["o3"])]
    assert [[*row[:3], row[4]] for row in attempts] == [
        ["1", "o4-mini", "7", "700,000"],
        ["2", "o4-mini", "7", "700,000"],
        ["3", "o3", "7", "700,000"],
        ["4", "o3", "7", "700,000"],
    ]
    assert [float(row[5]) for row in attempts] == pytest.approx([1.54, 1.54, 2.8, 2.8], abs=0.05)
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_a_price_and_a_missing_key_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    typed = command(tmp_path / "suites", ONE_OF_EACH, NOBODY)
    assert main([*typed, "models=[o5]"]) == Exit.USER_ERROR
    assert capsys.readouterr().err.startswith("generator.prices: no price for 'o5'")
    assert main(typed) == Exit.USER_ERROR
    shown = capsys.readouterr().err
    assert VARIABLE in shown
    assert shown.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_outage_of_the_service_is_for_another_time(
    environment: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = command(tmp_path / "suites", StarterAnswers(1), NOBODY, *QUICK)
    assert main([*typed, "generator.max_outage_s=0.02"]) == Exit.OUTAGE
    shown = capsys.readouterr().err
    assert "generator: APIConnectionError: " in shown
    assert "go on from what is saved with: " in shown
    assert f"generate out={tmp_path}" in shown


def test_a_budget_and_an_outage_of_the_sandbox_stop_it_and_the_same_command_goes_on(
    environment: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = StarterAnswers(2)
    lost = "sandbox._target_=tests.generation.losing_sandbox.LosingSandbox"
    with serving(Account(answers.answerer(), Plan())) as server:
        typed = command(tmp_path / "suites", answers, server.url, *QUICK)
        assert main([*typed, "generator.budget_usd=0.001"]) == Exit.USER_ERROR
        assert "budget_usd" in capsys.readouterr().err
        assert main([*typed, lost]) == Exit.OUTAGE
        shown = capsys.readouterr().err
        assert "sandbox: 1 of 24 executions could not be judged" in shown
        assert f"tarot generate out={tmp_path}" in shown
        outcomes = tmp_path / "suites" / "outcomes.sqlite"
        whole = outcomes.read_bytes()
        outcomes.write_bytes(b"no database, " * 100)
        assert main(typed) == Exit.USER_ERROR
        assert capsys.readouterr().err.startswith(f"{outcomes}: file is not a database; without")
        outcomes.write_bytes(whole)
        assert main(typed) == Exit.OK
        assert server.account.paid.total() == 2
        assert server.account.paid_twice() == {}
    assert len(read_problems(tmp_path / "suites" / "problems.parquet")) == 2
