"""A page of a run of 200,000 rollouts is made in a bounded time and size, and opens."""

import json
import re
import resource
import time
from pathlib import Path

import pytest

from tarot.cli.main import main
from tests.report.many_rollouts import write_many

NUM_STEPS, NUM_ROWS = 1600, 125
MAX_CPU_S, MAX_MB, MAX_MEMORY_MB = 60.0, 8.0, 1500.0


@pytest.mark.soak
def test_two_hundred_thousand_rollouts_make_a_page_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = write_many(NUM_STEPS, NUM_ROWS)
    began_s = time.process_time()
    assert main(["report", "run=many"]) == 0
    took_s = time.process_time() - began_s
    page = (run.path / "report.html").read_text()
    size_mb, memory_mb = len(page) / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = f"{took_s:.1f} s of CPU, {size_mb:.1f} MB, {memory_mb:.0f} MB of memory"
    assert "1,000 of 200,000 completions can be read here" in page
    assert "200,000 completions of 400 problems in 1,600 steps." in page
    data = re.search(r'id="completion-data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    completions = json.loads(data[1])["completions"]
    assert len(completions) == 1000
    assert {tuple(test[:2]) for one in completions for test in one["tests"]} == {
        (tier, verdict) for tier in range(4) for verdict in range(9)
    }
    assert took_s < MAX_CPU_S, told
    assert size_mb < MAX_MB
    assert memory_mb < MAX_MEMORY_MB
