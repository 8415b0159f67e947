"""Every sandbox that this machine can run withstands what its layers are for."""

import pytest

from tarot.cli.composition import CONF, compose
from tarot.config.targets import build
from tarot.conformance.harness import examine
from tarot.conformance.reading import corpus
from tarot.types import Limits, UserError

OPTIONS = sorted(path.stem for path in (CONF / "sandbox").glob("*.yaml"))
TRIED = {"local": pytest.mark.soak}  # by test_local_sandbox.py, layer by layer


@pytest.mark.parametrize(
    "option", [pytest.param(name, marks=TRIED.get(name, ())) for name in OPTIONS]
)
def test_an_option_conforms(option: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("E2B_API_KEY", raising=False)  # nobody's money is spent by a test
    (job,) = compose("conformance", [f"sandbox={option}"])
    try:
        sandbox = build("sandbox", job.config["sandbox"])
    except UserError as error:
        pytest.skip(f"LOUD: sandbox={option} does not run here: {error}")
    try:
        findings = examine(sandbox, corpus(), Limits(**job.config["limits"]))
    finally:
        sandbox.close()

    assert [finding for finding in findings if finding.is_met is False] == []
    assert any(finding.is_met for finding in findings)
