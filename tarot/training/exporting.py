"""A checkpoint as a folder that stands by itself, checked against the checkpoint.

The weights are held once at a time: as the run loads them, then as anyone loads the folder. Both
have to give the same tokens, greedily and one prompt at a time. Where merged weights are rounded,
the merge is held to that in float32, and the folder to the rounded weights. Weights that a run held
in four bits are whole throughout, and what it said with those is not compared. What other engines
make of the folder is not covered, nor what shows only past the tokens that are compared.
"""

import operator
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from tarot.config.sampling import completion_limit
from tarot.config.schema import RunConfig
from tarot.config.targets import build
from tarot.data import DataSource, Split
from tarot.prompts import Message, build_prompt
from tarot.publishing.card import Subject, fact_files, model_card
from tarot.runs import RunDirectory, write_atomically, write_json
from tarot.runs.exits import Exit
from tarot.runs.exports import RECORD, Export
from tarot.sampling import (
    GreedyAnswer,
    LoadedModel,
    greedy_answers,
    load_model,
    local_checkpoint,
    prompt_lengths,
)
from tarot.training.cold_start_cache import cached_folder
from tarot.training.context import set_num_threads
from tarot.training.display import Display
from tarot.training.exits import exit_of
from tarot.types import UserError

if TYPE_CHECKING:
    import peft

NUM_PROMPTS = 4
NUM_TOKENS = 64
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")


class Mismatch(RuntimeError):
    """Weights do not answer as the checkpoint does."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a model says to prompts of its run, one after the other, greedily."""

    prompts: Sequence[Sequence[Message]]
    max_new_tokens: int
    greedy: Sequence[GreedyAnswer]

    @classmethod
    def of(
        cls, loaded: LoadedModel, prompts: Sequence[Sequence[Message]], max_new_tokens: int
    ) -> "Answers":
        """The answers of a model."""
        return cls(prompts, max_new_tokens, greedy_answers(loaded, prompts, max_new_tokens))

    def by(self, other: LoadedModel) -> "Answers":
        """Those of another model to the same prompts."""
        return Answers.of(other, self.prompts, self.max_new_tokens)

    @property
    def num_tokens(self) -> int:
        """Tokens of all answers."""
        return sum(len(answer.completion) for answer in self.greedy)


def export(job: Export, folder: Path) -> None:
    """Fill `folder` with the weights, the tokenizer, the card and what made them.

    Raises:
        UserError: for data that can't be read, or weights that aren't there.
        Mismatch: if the folder, loaded by itself, does not say what the checkpoint says.
    """
    config, display = RunConfig.model_validate(job.run.config()), Display()
    if config.hardware.device == "cpu":
        set_num_threads(config.hardware.threads)
    display.say(f"reading {job.checkpoint} in {job.dtype}")
    trained, expected = write(job, config, folder)
    display.say(f"comparing the answers to {len(expected.prompts)} prompts")
    check(folder, expected, _device(config))
    _describe(job, folder, trained, expected)


def write(job: Export, config: RunConfig, folder: Path) -> tuple[Answers, Answers]:
    """Save the weights of a checkpoint.

    Gives back what it says as the run loads it, and what the folder has to say, which is the same
    but for what rounding of merged weights changes.

    Raises:
        UserError: for data that can't be read, or weights that aren't there.
        Mismatch: if adapters, merged without rounding, do not say what they said before.
    """
    if config.lora is None:
        loaded = _whole(job, config)
        trained = expected = _answers(loaded, config)
    else:
        loaded = load_model(base_of(job.run, config), config.model, job.dtype)
        adapted = _adapted(loaded.weights.to(_device(config)), job.checkpoint)
        trained = _answers(loaded, config)
        loaded, expected = _merged(adapted, loaded, trained)
    declare_ends(loaded)
    loaded.weights.save_pretrained(folder)
    loaded.tokenizer.save_pretrained(folder)
    return trained, expected


def first_prompts(config: RunConfig, tokenizer: PreTrainedTokenizerBase) -> list[list[Message]]:
    """The prompts of the first training problems that are short enough for the run."""
    source: DataSource = build("data", config.data)
    problems, system_role = source.load(Split.TRAIN), config.model.system_role
    lengths = prompt_lengths(problems, config.prompt, system_role, tokenizer)
    pairs = zip(problems, lengths, strict=True)
    short = (problem for problem, length in pairs if length <= config.max_prompt_tokens)
    prompts = [build_prompt(one, config.prompt, system_role) for one in islice(short, NUM_PROMPTS)]
    if not prompts:
        raise UserError("data: no training problem is within max_prompt_tokens; nothing to compare")
    return prompts


def base_of(run: RunDirectory, config: RunConfig) -> str:
    """A hub id or a folder with the weights that the run's adapters belong to.

    UserError where they came of a cold start that is cached no more: another may differ.
    """
    if config.cold_start is None:
        return local_checkpoint(config.model)
    folder = cached_folder(run, config, config.cold_start)
    if not folder.is_dir():
        raise UserError(
            f"run={run.path}: its adapters belong to a cold start, which is not in the cache at "
            f"{folder}; bring it back, or set TAROT_CACHE to where it is"
        )
    return str(folder)


def declare_ends(loaded: LoadedModel) -> None:
    """Both configs name what ends an answer in the run; the tokenizer's is the first of them."""
    ends = loaded.eos_token_ids
    for config in (loaded.weights.config.get_text_config(), loaded.weights.generation_config):
        config.eos_token_id = ends if len(ends) > 1 else ends[0]
        config.pad_token_id = loaded.tokenizer.pad_token_id


def check(folder: Path, expected: Answers, device: str) -> None:
    """Mismatch, which names the first token that differs, unless a folder answers as expected."""
    weights = AutoModelForCausalLM.from_pretrained(folder).to(device)
    found = expected.by(LoadedModel(weights, AutoTokenizer.from_pretrained(folder)))
    _compare("what was written does not answer as the checkpoint does", expected, found)


def _compare(fault: str, expected: Answers, found: Answers) -> None:
    for number, pair in enumerate(zip(expected.greedy, found.greedy, strict=True), start=1):
        difference = _difference(*pair)
        if difference is not None:
            raise Mismatch(f"{fault}: to prompt {number} of {len(expected.prompts)}, {difference}")


def _difference(theirs: GreedyAnswer, ours: GreedyAnswer) -> str | None:
    """Where two answers to a prompt part, or None."""
    if theirs.prompt != ours.prompt:
        return "which its tokenizer renders otherwise"
    pairs = enumerate(zip_longest(theirs.completion, ours.completion), start=1)
    parted = ((number, *pair) for number, pair in pairs if pair[0] != pair[1])
    number, their, our = next(parted, (0, None, None))
    return f"token {number} is {our} and not {their}" if number else None


def _merged(
    adapted: "peft.PeftModel", loaded: LoadedModel, trained: Answers
) -> tuple[LoadedModel, Answers]:
    """The weights with the adapters in them, and what these say.

    In float32 they say what they said apart. In another format the sum is rounded, as it is where
    vLLM generates in training: that the merge itself changes nothing is held before.
    """
    dtype = loaded.weights.dtype
    _cast(loaded.weights, torch.float32)
    exact = trained if dtype == torch.float32 else trained.by(loaded)
    merged = LoadedModel(adapted.merge_and_unload(safe_merge=True), loaded.tokenizer)
    _compare("the adapters, merged, do not answer as they did apart", exact, exact.by(merged))
    if dtype == torch.float32:
        return merged, trained
    _cast(merged.weights, dtype)
    return merged, trained.by(merged)


def _cast(weights: PreTrainedModel, dtype: torch.dtype) -> None:
    """The parameters alone: buffers, as the frequencies of positions, keep their precision."""
    for parameter in weights.parameters():
        parameter.data = parameter.data.to(dtype)


def _answers(loaded: LoadedModel, config: RunConfig) -> Answers:
    limit = min(NUM_TOKENS, completion_limit(config))
    return Answers.of(loaded, first_prompts(config, loaded.tokenizer), limit)


def _whole(job: Export, config: RunConfig) -> LoadedModel:
    if not any((job.checkpoint / name).is_file() for name in WEIGHTS):
        raise UserError(f"{job.checkpoint}: has no whole weights in safetensors; take another step")
    loaded = load_model(str(job.checkpoint), config.model, job.dtype)
    loaded.weights.to(_device(config))
    return loaded


def _adapted(weights: PreTrainedModel, checkpoint: Path) -> "peft.PeftModel":
    """The adapters of a checkpoint, put into the weights as the trainer does when it goes on."""
    import peft  # noqa: PLC0415 - not installed everywhere

    return peft.PeftModel.from_pretrained(weights, checkpoint)


def _describe(job: Export, folder: Path, trained: Answers, written: Answers) -> None:
    """The card, what made the weights, and the record by which the export is known."""
    for name, path in fact_files(job.run):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, folder / name)
    card = model_card(job.run, Subject(job.folder.name, job.step))
    write_atomically(folder / "README.md", card.encode())
    same = sum(map(operator.eq, trained.greedy, written.greedy))
    checked = {"prompts": len(trained.prompts), "same": same, "tokens": trained.num_tokens}
    write_json(folder / RECORD, {**job.identity(), **checked})


def _device(config: RunConfig) -> str:
    """The run's, or the CPU where no GPU is here."""
    return config.hardware.device if torch.cuda.is_available() else "cpu"


def main(run: str, checkpoint: str, folder: str, making: str, dtype: str) -> int:
    """Export to the end; the last line of standard error is the cause of a failure.

    Args:
        run: its directory.
        checkpoint: the folder of the one to export.
        folder: the folder to be.
        making: the one to fill until then.
        dtype: the number format.
    """
    job = Export(RunDirectory.open(Path(run)), Path(checkpoint), dtype, Path(folder))
    try:
        return exit_of(lambda: export(job, Path(making)))
    except Mismatch as mismatch:
        sys.stderr.write(f"{mismatch}\n")
        return Exit.FAILED
