"""How a `sandbox=e2b` begins and ends: keys, settings, lives, exits and what a crash leaves."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tarot.cli.main import main
from tarot.sandbox.e2b import E2BSandbox
from tarot.types import StopReason, UserError
from tests.sandbox.e2b_server.harness import adding, wrongly_added
from tests.sandbox.e2b_server.server import Server

Make = Callable[..., E2BSandbox]


def test_a_life_is_renewed_and_an_old_sandbox_is_replaced(make: Make, server: Server) -> None:
    sandbox = make(lifetime_s=3, max_age_s=4)
    (first,) = server.cloud.live()
    while not server.cloud.renewals:
        time.sleep(0.1)
    assert server.cloud.live() == [first]
    time.sleep(3)

    assert wrongly_added(sandbox.run(adding(4))) == []

    assert first not in server.cloud.live()
    assert len(server.cloud.orders) == 2


def test_what_is_idle_is_ended_and_made_again_when_it_is_wanted(make: Make, server: Server) -> None:
    sandbox = make(idle_s=0.1)
    for number_of_orders in (1, 2):
        assert wrongly_added(sandbox.run(adding(2))) == []
        assert len(server.cloud.orders) == number_of_orders
        while server.cloud.live():
            time.sleep(0.05)


def test_a_closed_sandbox_loses_every_job(make: Make) -> None:
    sandbox = make()
    sandbox.close()
    sandbox.close()

    assert [e.stopped_by for e in sandbox.run(adding(2))] == [StopReason.INFRASTRUCTURE] * 2


def test_without_a_key_nothing_starts(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("E2B_API_KEY")
    with pytest.raises(UserError) as error:
        E2BSandbox()

    assert str(error.value) == (
        "sandbox=e2b: E2B_API_KEY is not set; export the key of an account at e2b.dev, "
        "or use sandbox=local"
    )
    assert server.bodies == []


def test_a_run_without_a_key_leaves_no_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("E2B_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)

    assert main(["train", "+experiment=tiny", "sandbox=e2b"]) == 2

    assert capsys.readouterr().err.startswith("sandbox=e2b: E2B_API_KEY is not set")
    assert not (tmp_path / "runs").exists()


def test_without_the_sdk_the_refusal_says_what_to_install(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "tarot.sandbox.cloud.e2b_service", raising=False)
    monkeypatch.setitem(sys.modules, "e2b_code_interpreter", None)
    with pytest.raises(UserError, match="is not installed; run: pip install e2b-code-interpreter"):
        E2BSandbox()


def test_a_key_that_nobody_has_is_one_line_without_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, line in {
        "e2b_wr0n9": "sandbox=e2b: AuthenticationException: 401: Unauthorized",
        "e2b_ wr0n9\n": "sandbox=e2b: E2B_API_KEY holds what no key holds",
    }.items():
        monkeypatch.setenv("E2B_API_KEY", key)
        with pytest.raises(UserError) as error:
            E2BSandbox()
        assert str(error.value).startswith(line)
        assert "wr0n9" not in str(error.value)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"contexts": 0}, "sandbox.contexts: 0 should be at least 1"),
        ({"creations_per_s": 0.0}, "sandbox.creations_per_s: 0.0 should be above 0"),
        ({"lifetime_s": 9, "max_age_s": 5}, "sandbox.lifetime_s: should be above 0 and at most"),
        ({"idle_s": -1.0}, "sandbox.idle_s: -1.0 should be at least 0, or null"),
        ({"require": ["selinux"]}, "sandbox.require: there is no layer 'selinux'"),
    ],
)
def test_bad_settings_are_one_line(server: Server, settings: dict[str, object], line: str) -> None:
    with pytest.raises(UserError) as error:
        E2BSandbox(**settings)  # type: ignore[arg-type]

    assert str(error.value).startswith(line)
    assert server.cloud.live() == []


def test_a_template_that_cannot_run_slots_is_one_line(server: Server, tmp_path: Path) -> None:
    old = tmp_path / "python"
    pretence = (
        "import runpy, sys; sys.version_info = (3, 10, 13); "
        "runpy.run_path(sys.argv[-1], run_name='__main__')"
    )
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{pretence}" "$@"\n')
    old.chmod(0o755)
    server.cloud.python = str(old)
    with pytest.raises(UserError) as error:
        E2BSandbox()

    assert str(error.value) == (
        "sandbox=e2b: its Python is 3.10, and 3.11 is needed; "
        "use another sandbox.template, or sandbox=local"
    )
    assert server.cloud.live() == []


def test_at_exit_nothing_is_left_and_after_a_crash_orphans_are_found(
    server: Server, make: Make, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make()
    script = "from tarot.sandbox.e2b import E2BSandbox; s = E2BSandbox(); "
    environment = {**os.environ, "PYTHONPATH": str(root)}
    left = [sys.executable, "-c", script + "print('made')"]
    subprocess.run(left, env=environment, check=True)
    assert len(server.cloud.live()) == 1
    crashed = [sys.executable, "-c", script + "import os; os.kill(os.getpid(), 9)"]
    subprocess.run(crashed, env=environment, check=False)
    assert len(server.cloud.live()) == 2

    assert main(["conformance", "sandbox=e2b", "remove_orphans=true"]) == 0

    assert capsys.readouterr().err == (
        "orphans removed: 1; sandboxes left, of processes that run or of other machines: 1\n"
    )
    assert len(server.cloud.live()) == 1
