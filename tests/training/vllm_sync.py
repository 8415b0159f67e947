"""Greedy completions by vLLM beside training and by transformers, before and after a weight sync.

Run with a folder for the checkpoint; prints what was drawn as one line of JSON.
"""

import json
import sys
from pathlib import Path

import torch
from datasets import Dataset
from vllm.platforms import current_platform

from tarot.cli.composition import compose
from tarot.config.schema import RunConfig
from tarot.sampling import LoadedModel, load_model, local_checkpoint
from tarot.training.trainer import TierGRPOTrainer
from tests.training.on_cpu import grpo_config

QUESTIONS = ("What is the capital of France?", "Write a poem about rain.", "Count to ten.")
NUM_TOKENS = 12
NOISE = 0.05

Tokens = list[list[int]]


def main(folder: Path) -> dict[str, Tokens]:
    """What both draw at first, what vLLM draws of changed weights unsynced, then both again."""
    loaded = _in_single_precision(folder)
    trainer = TierGRPOTrainer(
        model=loaded.weights,
        processing_class=loaded.tokenizer,
        args=_arguments(folder),
        train_dataset=Dataset.from_dict({"prompt": ["a"], "problem_id": ["a"]}),
        reward_funcs=lambda **columns: [0.0],
    )
    prompts = [_prompt(loaded, question) for question in QUESTIONS]
    found = {"first": _by_vllm(trainer, prompts), "first expected": _expected(loaded, prompts)}
    _disturb(loaded)
    found["unsynced"] = _by_vllm(trainer, prompts)
    trainer.vllm_generation.sync_weights()
    found["synced"] = _by_vllm(trainer, prompts)
    found["synced expected"] = _expected(loaded, prompts)
    assert trainer.engine is not None
    trainer.engine.shutdown()
    return found


def _in_single_precision(folder: Path) -> LoadedModel:
    """The model, and vLLM told to compute as it does: TRL leaves it to vLLM, which takes bfloat16.

    Where two tokens are almost as likely, the formats disagree about the greedy one.
    """
    type(current_platform).supported_dtypes = [torch.float32]
    (job,) = compose("train", ["+experiment=tiny", "model=smollm2-135m"])
    model = RunConfig.model_validate(job.config).model
    loaded = load_model(local_checkpoint(model), model, "float32")
    loaded.weights.save_pretrained(folder)
    loaded.tokenizer.save_pretrained(folder)
    return load_model(str(folder), model, "float32")


def _arguments(folder: Path) -> object:
    return grpo_config(
        folder / "training",
        batch_size=2,
        group_size=2,
        use_vllm=True,
        vllm_mode="colocate",
        vllm_max_model_length=128,
        max_completion_length=NUM_TOKENS,
        generation_kwargs={"temperature": 0.0},
    )


def _prompt(loaded: LoadedModel, question: str) -> list[int]:
    messages = [{"role": "user", "content": question}]
    encoded = loaded.tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_dict=True
    )
    ids: list[int] = encoded["input_ids"]
    return ids


def _by_vllm(trainer: TierGRPOTrainer, prompts: Tokens) -> Tokens:
    _, completions, _, _ = trainer.vllm_generation.generate(prompts, None, 1)
    return [list(tokens) for tokens in completions]


def _expected(loaded: LoadedModel, prompts: Tokens) -> Tokens:
    """By transformers, one at a time: up to the end, which is included."""
    drawn = []
    for prompt in prompts:
        output = loaded.weights.generate(
            torch.tensor([prompt]), do_sample=False, max_new_tokens=NUM_TOKENS
        )
        drawn.append(output[0, len(prompt) :].tolist())
    return drawn


def _disturb(loaded: LoadedModel) -> None:
    """Change every weight a little, embeddings and norms among them."""
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in loaded.weights.parameters():
            weight += NOISE * weight.abs().mean() * torch.randn_like(weight)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))  # noqa: T201 - the child's answer
