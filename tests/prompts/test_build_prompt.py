"""What a problem looks like as a conversation."""

from tarot.config.schema import PromptConfig
from tarot.prompts import build_prompt
from tarot.types import Problem

PROBLEM = Problem(id="p", statement="Print {x}, then {statement}.", tests=())


def prompt(system: str | None, instruction: str = "Task: {statement}") -> PromptConfig:
    return PromptConfig(system=system, instruction=instruction, format_pattern=None)


def test_the_system_prompt_is_a_turn_of_its_own() -> None:
    assert build_prompt(PROBLEM, prompt("Be brief."), system_role=True) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Task: Print {x}, then {statement}."},
    ]


def test_without_a_system_role_it_stands_in_front_of_the_users_turn() -> None:
    assert build_prompt(PROBLEM, prompt("Be brief."), system_role=False) == [
        {"role": "user", "content": "Be brief.\n\nTask: Print {x}, then {statement}."}
    ]


def test_without_a_system_prompt_there_is_only_the_users_turn() -> None:
    for system_role in (True, False):
        messages = build_prompt(PROBLEM, prompt(None, "{statement}"), system_role)
        assert messages == [{"role": "user", "content": PROBLEM.statement}]
