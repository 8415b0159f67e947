"""`tarot rescore` on the directory of a small run."""

import json
from pathlib import Path
from typing import Any

import pytest

from tarot.cli.composition import compose
from tarot.cli.main import main
from tarot.cli.planning import plan_run
from tarot.config.targets import build
from tarot.runs import prepare
from tests.rescoring.runs import Sample, policies, samples, write_run

TEST = {"stdin": "", "expected": "", "tier": "basic"}
ROW = {"statement": "Print nothing.", "reference": None, "tests": [TEST]}
SETTINGS = (
    *("+experiment=tiny", "data=jsonl", "data.path=data.jsonl", "run_dir=run"),
    *("data.dev_share=0.0", "data.test_share=0.0", "prompt=think_answer"),
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run under forward_ce whose programs print nothing, of the problems p0 to p2."""
    monkeypatch.chdir(tmp_path)
    write_data(tmp_path, "p0", "p1", "p2")
    (job,) = compose("train", [*SETTINGS, "curriculum=forward_ce"])
    planned = plan_run(job.config)
    run = prepare(planned.config, planned.data_fingerprint)
    reward = build("reward", job.config["reward"])
    write_run(run.path, small_steps(), reward, policies()["forward_ce"])
    return tmp_path


def small_steps() -> list[list[Sample]]:
    return samples(steps=2, groups=3)


def write_data(folder: Path, *ids: str) -> None:
    lines = [json.dumps({"id": one, **ROW}) for one in ids]
    (folder / "data.jsonl").write_text("\n".join(lines))


def rescored(*arguments: str) -> dict[str, Any]:
    """What the command writes as JSON."""
    assert main(["rescore", "run=run", "out=out", *arguments]) == 0
    plain: dict[str, Any] = json.loads(Path("out/rescored.json").read_text())
    return plain


def names(plain: dict[str, Any]) -> list[str]:
    return [one["policy"] for one in (plain["original"], *plain["policies"])]


def test_all_policies_that_follow_progress_are_the_default(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = rescored()
    shown = capsys.readouterr()
    assert names(plain)[0] == "forward_ce, as logged"
    assert set(names(plain)[1:]) == policies().keys() - {"forward_ce"}
    assert plain["num_reproduced"] == plain["original"]["num_rewarded"]
    assert "What the completions of run would have earned" in " ".join(shown.out.split())
    assert all(name in shown.out for name in policies())
    assert shown.err == ""
    files = {path.name for path in (folder / "out").iterdir()}
    assert files == {"table.md", "rescored.json", "rescored.png", "rescored.svg"}


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("curriculum=average", ["as logged", "average"]),
        ("curriculum=[edge_only, average]", ["as logged", "edge_only", "average"]),
        ("curriculum=[average,forward_ce]", ["forward_ce, as logged", "average"]),
    ],
)
def test_one_policy_or_a_list_can_be_named(argument: str, expected: list[str]) -> None:
    assert names(rescored(argument)) == expected


def test_a_policy_of_the_users_own_is_named_like_the_shipped(folder: Path) -> None:
    (folder / "mine" / "curriculum").mkdir(parents=True)
    stages = "[{start: 0.0, allocation: {edge: 1}}]"
    text = f"_target_: tarot.curriculum.StagedPolicy\nweights: {{edge: 1.0}}\nstages: {stages}\n"
    (folder / "mine" / "curriculum" / "own.yaml").write_text(text)
    plain = rescored("--config-dir", "mine", "curriculum=[own,edge_only]")
    own, edge_only = plain["policies"]
    assert {**own, "policy": "edge_only"} == edge_only


def test_other_settings_are_told_and_without_out_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["rescore", "run=run", "normalize=false", "parts={code: 1.0}"])
    shown = capsys.readouterr().out
    assert code == 0
    assert "other than in the run: reward.normalize, reward.parts.format\n" in shown
    assert {path.name for path in folder.iterdir()} == {"data.jsonl", "run"}


def test_nothing_is_run_where_data_and_grading_are_those_of_the_run() -> None:
    plain = rescored("execute=true", "curriculum=average")
    assert plain["notes"][0] == "nothing was run: data and grading are those of the run"


def test_another_comparator_runs_every_program() -> None:
    """All programs are `pass`, and print nothing: right under either comparator."""
    options = ("execute=true", "sandbox.slots=1")
    plain = rescored("grading.comparator=published", "curriculum=basic_only", *options)
    (basic_only,) = plain["policies"]
    assert plain["notes"][:2] == [
        "other than in the run: grading.comparator",
        "24 completions were judged again, by running their programs",
    ]
    assert basic_only["num_rewarded"] == plain["original"]["num_rewarded"]
    assert 1.0 <= basic_only["reward"] <= 2.0


def test_other_data_runs_the_programs_of_the_problems_that_it_has(folder: Path) -> None:
    write_data(folder, "p0", "p3")
    plain = rescored("execute=true", "sandbox.slots=1", "curriculum=average")
    assert plain["notes"][:2] == [
        "8 completions were judged again, by running their programs",
        "16 keep their verdicts: the data no longer has their problems",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("curriculum=adaptive",), "curriculum=adaptive: it decides by what happens in its own"),
        (("curriculum=mastery",), "curriculum=mastery: it decides by what happens in its own"),
        (("curriculum=[average,bandit]",), "curriculum=bandit: it decides by what happens"),
        (("curriculum=[average,adaptive]",), "curriculum=adaptive: it decides by what happens"),
        (("curriculum=avrage",), "curriculum=avrage: no such option; did you mean average?"),
        (("curriculum=",), "curriculum=: give the name of an option, a list as [a,b], or all"),
        (("normalize=maybe",), 'normalize: "maybe" should be a valid boolean'),
        (("normalise=true",), "normalise: no such key; did you mean normalize?"),
        (("parts={style: 1}",), "reward.parts.style: no such part; use one of code, format"),
        (("grading.comparator=float",), "grading.comparator: \"float\" should be 'tokens'"),
        (("grading.limit={}",), "grading.limit: no such key; did you mean limits?"),
        (("grading=published",), "grading: outputs are not logged, so another comparator"),
        (("grading.limits.cpu_s=9.0",), "grading: outputs are not logged, so another comparator"),
        (("sandbox.slot=1",), "sandbox.slot: LocalSandbox has no such key; did you mean slots?"),
        (("run=nowhere",), "nowhere: no run directory, it has no config.json"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    code, error = main(["rescore", "run=run", *arguments]), capsys.readouterr().err
    assert (code, error.count("\n")) == (2, 1)
    assert error.startswith(line)
