"""Adapters, four bits and a vLLM that sleeps, on one GPU of 24 GB."""

import re

import pytest

from tarot.cli.main import main
from tarot.config.schema import LoraConfig
from tarot.plan.memory import Generated, gpu_memory
from tarot.plan.needs import memory_of
from tarot.plan.states import model_states
from tests.documents import DOCS
from tests.plan.test_fitting import composed, refusals
from tests.plan.test_memory import BILLION, SEQUENCES, hardware, shape

ROW = re.compile(r"^\| `(model=[^`]+)`[^|]*\| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE)
NF4 = LoraConfig(r=8, alpha=16, dropout=0.0, target_modules=None, quantization="nf4")
SMALL = ("hardware=gpu1_24gb", "model=qwen2.5-7b", "trainer=qlora")


def test_linear_layers_are_in_four_bits_and_the_rest_stays() -> None:
    """A layer's are 2 x 100 x 100 + 2 x 100 x 50 + 3 x 100 x 300, 120,000 of its parameters.

    They take half a byte each, a byte for 64 and 4 bytes for 16,384 of them. Adapters have
    2 + 2 + 4 bytes, and the largest layer is made whole, 100 x 300.
    """
    one = hardware("gpu1_24gb")
    states = model_states(shape(), one, has_reference=True, lora=NF4)
    linear, number = 10 * 120_000, 10 * 8 * (2 * 200 + 2 * 150 + 3 * 400)
    frozen = linear * (0.5 + 1 / 64 + 4 / 16_384)
    assert states.weights == pytest.approx(frozen + 2 * (BILLION - linear) + 2 * number)
    assert (states.gradients, states.optimizer) == (2 * number, 4 * number)
    assert (states.buffers, states.reference) == (2 * 100 * 300, 0)


def test_experts_keep_their_number_format() -> None:
    """Of a layer's parameters 2 x 100 x 100 + 2 x 100 x 50 are linear layers'."""
    mixture = shape("qwen3_moe", experts={"number": 16, "active": 4})
    states = model_states(mixture, hardware("gpu1_24gb"), has_reference=False, lora=NF4)
    linear, number = 10 * 30_000, 10 * 8 * (2 * 200 + 2 * 150)
    expected = linear * (4 + 0.125 + 32 / 16_384) / 8 + 2 * (BILLION - linear) + 2 * number
    assert states.weights == pytest.approx(expected)


def test_a_vllm_that_sleeps_gives_back_all_but_what_it_works_with() -> None:
    """0.45 of 24 GB while it generates, when there are no gradients, and 1.5 GB else."""
    asleep = gpu_memory(shape(), hardware("gpu1_24gb"), SEQUENCES, has_reference=False)
    assert asleep.generation == pytest.approx(10.8e9)
    assert asleep.resident == 1.5e9
    assert asleep.training == asleep.states.total + asleep.activations.total + 1.5e9 + 2e9
    assert asleep.generating == pytest.approx(2e9 + 4e9 + 10.8e9 + 2e9)
    assert asleep.total == asleep.generating


def test_transformers_holds_keys_and_values_of_all_completions_at_once() -> None:
    """Of 7 x 50 tokens, each two of 10 layers, two heads, 25 numbers and two bytes.

    Within an update gradients of the passes before are there as well.
    """
    alone = hardware("gpu1_24gb", vllm=None)
    for within, gradients in ((False, 0), (True, 2e9)):
        found = gpu_memory(
            shape(), alone, SEQUENCES, False, None, Generated(7, within_update=within)
        )
        assert found.generation == 7 * 50 * 2 * 10 * 2 * 25 * 2
        assert found.resident == 0
        assert found.idle == 6e9 + gradients


def test_completions_at_once_are_the_passes_of_a_generation() -> None:
    """28 of up to 5,120 tokens of 57,344 bytes, in 16 generations an update."""
    memory = memory_of(composed(*SMALL, "trainer.steps_per_generation=28"))
    assert memory.generation == 28 * 5120 * 57_344


def test_fewer_completions_at_once_are_a_remedy_in_whole_groups() -> None:
    """Of the divisors of 448 passes 28 is the largest multiple of 7 with which it fits."""
    (line,) = refusals(*SMALL)
    assert line.endswith(" while it generates; trainer.steps_per_generation=28 would fit")
    assert refusals(*SMALL, "trainer.steps_per_generation=28") == []


def test_four_bits_are_a_remedy_where_other_adapters_do_not_fit() -> None:
    first, *_ = refusals("hardware=gpu1_24gb", "model=qwen2.5-7b", "trainer=lora")
    assert first.endswith("; trainer=qlora with trainer.steps_per_generation=28 would fit")


def test_sleep_is_a_remedy() -> None:
    given = ("hardware=gpu1_24gb", "model=qwen2.5-3b", "trainer=lora")
    awake = ("hardware.vllm.sleep=false", "hardware.vllm.gpu_memory_utilization=0.6")
    (line,) = refusals(*given, *awake)
    assert "; hardware.vllm.sleep=true or hardware.vllm.gpu_memory_utilization=" in line


def test_a_share_that_holds_a_sequence_is_named_where_it_fits() -> None:
    """8.05 + 1.5 + 5,120 x 147,456 bytes are 10.30 GB, 0.43 of 24."""
    given = ("hardware=gpu1_24gb", "model=qwen3-4b", "trainer=lora", "evaluation.batch_size=16")
    (line,) = refusals(*given, "hardware.vllm.gpu_memory_utilization=0.4")
    assert "has up to 5120; raise it to 0.43, lower trainer.max_completion_length" in line
    assert refusals(*given, "hardware.vllm.gpu_memory_utilization=0.43") == []


def test_completions_of_an_evaluation_have_to_fit_at_once() -> None:
    """8.18 + 32 x 5,120 x 147,456 bytes + 2 GB are 34 GB, and with 16 completions 22."""
    (line,) = refusals("hardware=gpu1_24gb", "model=qwen3-4b", "trainer=lora")
    assert line.startswith("evaluation.batch_size=32: measuring Qwen/Qwen3-4B-Instruct-2507 takes ")
    assert line.endswith(
        "about 34 of 24 GB where 32 completions of up to 5120 tokens are drawn at once; "
        "evaluation.batch_size=16 would fit"
    )


def test_an_evaluation_between_steps_has_to_fit_beside_what_is_trained() -> None:
    """1.54 billion x (2 + 4) + 96 x 5,120 x 28,672 bytes + 2 GB are 25 GB; weights alone fit."""
    given = ("hardware=gpu1_24gb", "model=qwen2.5-1.5b", "hardware.vllm=null")
    many = (*given, "trainer.steps_per_generation=7", "evaluation.batch_size=96")
    (line,) = refusals(*many)
    assert "takes about 25 of 24 GB where 96 completions of up to 5120 tokens" in line
    assert line.endswith("; evaluation.batch_size=48 would fit")
    assert refusals(*many, "eval=null") == []
    assert refusals(*many, "trainer.optim=adafactor") == []


def test_the_page_has_the_figures_of_the_plan() -> None:
    rows = ROW.findall((DOCS / "my-model.md").read_text())
    assert len(rows) == 6
    for settings, train, generate in rows:
        given = ("hardware=gpu1_24gb", *settings.split())
        memory = memory_of(composed(*given))
        assert (f"{memory.training / 1e9:.1f}", f"{memory.generating / 1e9:.1f}") == (
            train,
            generate,
        )
        assert refusals(*given) == []


@pytest.mark.parametrize(
    ("trainer", "way"),
    [
        (("trainer=lora",), "before a step generates TRL hands vLLM the weights with them merged"),
        (("trainer=lora", "hardware.vllm=null"), "beside the weights; transformers generates with"),
        (("trainer=qlora",), "the weights are in four bits (NF4), with which TRL can't provide a"),
    ],
)
def test_a_plan_says_which_way_adapters_reach_what_generates(
    trainer: tuple[str, ...], way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """7B: 28 layers of rank 16 beside 2 x 7,168 + 2 x 4,096 + 3 x 22,528 inputs and outputs."""
    given = ("hardware=gpu1_24gb", "model=qwen2.5-7b", "data=starter", "curriculum=average")
    assert main(["plan", *given, *trainer]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "adapters 40.4 million parameters of rank 16 beside the weights; " in text
    assert way in text
    assert " of 24 GB to train = weights " in text
    assert " of 24 GB to generate = weights and what stays with them " in text
