"""The formats that the shipped prompts ask for, against the patterns that reward them."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from rewards.parts import FormatPart
from tarot.cli.composition import compose
from tarot.config.schema import PromptConfig
from tarot.types import Grade, GradedCompletion, TierWeights

PROMPTS = Path(__file__).parents[2] / "conf" / "prompt"
BY_MODEL = "published"
SHIPPED = {path.stem: path for path in PROMPTS.glob("*.yaml") if path.stem != BY_MODEL}
TAGS = {"think_answer": ("think", "answer"), "reasoning_solution": ("reasoning", "solution")}
CODE = "```python\nprint(1)\n```"


def shipped(name: str) -> PromptConfig:
    return PromptConfig.model_validate(OmegaConf.to_container(OmegaConf.load(SHIPPED[name])))


def earns_format(name: str, completion: str) -> bool:
    pattern = shipped(name).format_pattern
    assert pattern is not None
    weights = TierWeights({})
    graded = GradedCompletion(completion, "p", Grade(None, ()), weights, step=1, group=0)
    return FormatPart(pattern)(graded) == 1.0


@pytest.mark.parametrize(
    ("model", "name"), [("qwen3-4b", "reasoning_solution"), ("gemma2-2b", "think_answer")]
)
def test_the_published_prompt_is_that_of_the_model(model: str, name: str) -> None:
    (job,) = compose("train", [f"prompt={BY_MODEL}", f"model={model}"])
    assert job.config["prompt"] == shipped(name).model_dump()


def test_the_shipped_prompts_that_want_a_format_are_those_tested_here() -> None:
    assert {name for name in SHIPPED if shipped(name).format_pattern} == set(TAGS)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_instruction_holds_the_statement(name: str) -> None:
    assert "{statement}" in shipped(name).instruction


@pytest.mark.parametrize("name", TAGS)
def test_the_system_prompt_shows_the_form_line_by_line(name: str) -> None:
    thought, answer = TAGS[name]
    form = f"<{thought}>\n...\n</{thought}>\n<{answer}>\n...\n</{answer}>"
    assert (shipped(name).system or "").endswith(f"Respond in the following format: {form}")


@pytest.mark.parametrize("name", TAGS)
@pytest.mark.parametrize(
    ("thinking", "solution"),
    [("Easy.", CODE), ("One line.\n\nAnother.", f"Here it is:\n{CODE}\nIt prints 1."), ("", CODE)],
)
def test_a_well_formed_completion_earns_the_format_reward(
    name: str, thinking: str, solution: str
) -> None:
    first, second = TAGS[name]
    text = f"<{first}>\n{thinking}\n</{first}>\n<{second}>\n{solution}\n</{second}>"
    assert earns_format(name, text)


@pytest.mark.parametrize("name", TAGS)
@pytest.mark.parametrize(
    "form",
    [
        "<{a}>\nEasy.\n</{a}>\n<{b}>\n{code}\n",
        "<{a}>\nEasy.\n<{b}>\n{code}\n</{b}>",
        "<{b}>\n{code}\n</{b}>\n<{a}>\nEasy.\n</{a}>",
        "<{a}>\nEasy.\n</{a}>\n<{b}>\nprint(1)\n</{b}>",
        "<{a}>\n{code}\n</{a}>\n<{b}>\nSee above.\n</{b}>",
        "<{a}>Easy.</{a}><{b}>{code}</{b}>",
        "Sure! <{a}>\nEasy.\n</{a}>\n<{b}>\n{code}\n</{b}>",
        "<{a}>\nEasy.\n</{a}>\n<{b}>\n{code}\n</{b}> Done.",
        "{code}",
        "",
    ],
)
def test_a_malformed_completion_does_not(name: str, form: str) -> None:
    first, second = TAGS[name]
    assert not earns_format(name, form.format(a=first, b=second, code=CODE))
