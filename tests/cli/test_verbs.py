"""The small verbs, and the command around all of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tarot.cli.composition import CONF
from tarot.cli.main import VERBS

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def test_bench_shows_its_tables_and_writes_its_figures(cli: Cli, tmp_path: Path) -> None:
    options = (
        *("num_runs=2", "num_baseline_runs=1", "baseline_every=6", "cores=[1]", "out=bench.json"),
        *("batch.num_groups=1", "batch.num_tests=1", "timeouts.timeout_share=0.2"),
        *("timeouts.cpu_s=0.1", "fairness.num_programs_per_core=2", "fairness.program_cpu_s=0.05"),
    )
    result = cli("bench", "sandbox", *options)
    assert (result.returncode, result.stderr) == (0, "")
    figures = json.loads((tmp_path / "bench.json").read_text())
    assert {one["num_cores"] for one in figures["programs"]} == {1}
    assert all(one["program"] in result.stdout for one in figures["programs"])
    assert "what the sandbox is held to" in result.stdout


def test_a_wrong_type_of_bench_is_one_line(cli: Cli) -> None:
    result = cli("bench", "cores=[0]")
    assert result.returncode == 2
    assert result.stderr == "cores.0: 0 should be greater than 0\n"


def test_every_verb_has_its_config_and_its_line_in_the_overview(cli: Cli) -> None:
    text = cli("--help").stdout
    rows = [line.split(maxsplit=1) for line in text.splitlines()]
    for verb, description in VERBS.items():
        assert (CONF / f"{verb}.yaml").is_file()
        assert [verb, description] in rows


def test_a_reader_that_leaves_early_gets_no_traceback(root: Path) -> None:
    command = f"{sys.executable} -m tarot.cli train --help | true"
    result = subprocess.run(["sh", "-c", command], cwd=root, capture_output=True, text=True)
    assert result.stderr == ""
