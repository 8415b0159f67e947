from pathlib import Path

import pytest

from tarot.bench.stepping import HashReward, IdleSandbox, read_notes
from tarot.grading.grader import self_check
from tarot.types import Grade, GradedCompletion, TierWeights

# The check value that every description of CRC-32 gives.
CHECKED_TEXT, CHECK = "123456789", 0xCBF43926


def test_a_reward_is_the_checksum_of_the_text_as_a_share() -> None:
    completions = [
        GradedCompletion(text, "p", Grade(None, ()), TierWeights({}), step=1, group=0)
        for text in (CHECKED_TEXT, "")
    ]

    values = HashReward()(completions)
    assert [value.total for value in values] == [CHECK / 2**32, 0.0]
    assert values[0].parts == {"hash": CHECK / 2**32}
    assert tuple(values[0].parts) == HashReward.part_names


def test_a_text_that_is_no_unicode_has_a_value_too() -> None:
    assert 0 <= HashReward().of_texts(["\ud800"], 1)[0] < 1


def test_of_several_batches_of_a_step_the_first_is_kept(tmp_path: Path) -> None:
    reward = HashReward(str(tmp_path / "notes.jsonl"))
    for step, texts in ((1, [CHECKED_TEXT]), (1, ["other", "text"]), (2, ["more"])):
        reward.of_texts(texts, step)

    notes = read_notes(tmp_path / "notes.jsonl")
    assert list(notes) == [1, 2]
    assert (notes[1].num_completions, notes[1].digest) == (1, CHECK)
    assert notes[1].wall_s < notes[2].wall_s
    assert notes[1].cpu_s <= notes[2].cpu_s


def test_the_same_texts_in_another_order_are_told_apart(tmp_path: Path) -> None:
    reward = HashReward(str(tmp_path / "notes.jsonl"))
    reward.of_texts(["a", "b"], 1)
    reward.of_texts(["b", "a"], 2)

    first, second = read_notes(tmp_path / "notes.jsonl").values()
    assert first.digest != second.digest


def test_a_training_accepts_the_idle_sandbox() -> None:
    self_check(IdleSandbox())


@pytest.mark.parametrize("texts", [["a"], ["a", "b", "a"]])
def test_nothing_is_written_where_no_file_is_named(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(HashReward().of_texts(texts, 1)) == len(texts)
    assert list(tmp_path.iterdir()) == []
