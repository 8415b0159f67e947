"""GRPOTrainer with seven changes.

What could not be judged doesn't train, a resume is exact, also of a run that was made longer or
goes on elsewhere, a checkpoint that can't be written ends all processes alike, weights beside
adapters stay as they are where vLLM generates, what generates can be lent between two steps, it is
logged how far completions are from what the policy would draw, and figures of the reward function
are not gathered.

TRL gives unjudged completions advantage 0 but keeps their tokens in the loss denominator and in
the KL term.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import nan
from pathlib import Path
from typing import Any, Protocol

import torch
from accelerate.utils import is_peft_model
from datasets import Dataset
from torch.utils.data import Sampler
from transformers import TrainerControl
from trl import GRPOTrainer
from trl.models import unwrap_model_for_generation

from tarot.config.schedule import Timeline
from tarot.runs.checkpoints import remove_incomplete
from tarot.runs.full_disk import full_disk_told
from tarot.training import processes
from tarot.training.adapters import merged_parameters
from tarot.training.chance import is_of_these, start_anew
from tarot.training.order import EpochOrder
from tarot.training.rates import RateOfNow, planned_rate

CROSS_ENTROPY_GAP = "sampling/cross_entropy_gap"


class Engine(Protocol):
    """What generates, with memory and connections of its own."""

    def shutdown(self) -> None:
        """Give all of them back."""


class TierGRPOTrainer(GRPOTrainer):
    """A GRPOTrainer that masks the tokens of completions whose reward is None.

    The learning rate runs over `timeline`, or over the steps of the run where that is None.

    It does not cover losses that divide by the number of completions (`grpo`, `dr_grpo`,
    `luspo`): there a masked completion still counts as one without a gradient.

    `sampling/cross_entropy_gap` is the mean over tokens of -log p(token) minus the entropy of p,
    in nats, p being the policy's distribution when the step begins. Its expectation is 0 where the
    completions were drawn from p, and the more above it the less likely p finds them (the excess
    is KL(q, p) + H(q) - H(p) where they were drawn from q). It is null in later passes over the
    same completions, which the policy has left by then. The kernel of `use_liger_kernel` keeps
    back what it is made of.
    """

    _last_loaded_step: int  # TRL's own: the step whose weights vLLM has

    def __init__(self, *, timeline: Timeline | None = None, **settings: Any) -> None:
        """As TRL's trainer, of all other settings; vLLM is handed merged copies of adapters."""
        super().__init__(**settings)
        self._timeline = timeline
        if timeline is not None:
            self.add_callback(RateOfNow())
        if self.use_vllm and is_peft_model(self.model) and not self.is_fsdp_enabled:
            self.vllm_generation._iter_named_params = partial(
                merged_parameters, self.vllm_generation
            )

    @property
    def engine(self) -> Engine | None:
        """VLLM's where it generates beside training; its end ends the processes' group as well."""
        if not self.use_vllm or self.vllm_mode != "colocate":
            return None
        engine: Engine = self.vllm_generation.llm.llm_engine.engine_core
        return engine

    @contextmanager
    def lent_weights(self) -> Iterator[None]:
        """Inside, the model generates as it does for a step, whole where it is held in parts.

        All processes are to generate equally often then.
        """
        arguments = self.args
        with unwrap_model_for_generation(
            self.model_wrapped,
            self.accelerator,
            gather_deepspeed3_params=arguments.ds3_gather_for_generation,
            gradient_checkpointing_kwargs=arguments.gradient_checkpointing_kwargs,
        ):
            yield

    @contextmanager
    def lent_vllm(self) -> Iterator[Any]:
        """Inside, vLLM has the weights as they are now, which the next step then finds there.

        Yields TRL's `VLLMGeneration`. Called by all processes.
        """
        vllm = self.vllm_generation
        sleeps = self.vllm_mode == "colocate" and vllm.enable_sleep_mode
        is_current = self._last_loaded_step == self.state.global_step
        if not is_current or (sleeps and vllm._llm_weights_sleeping):
            vllm.sync_weights()
            self._last_loaded_step = self.state.global_step
        # As TRL does: what the collectives of an update leave may hang those of vLLM.
        self.accelerator.wait_for_everyone()
        if sleeps:
            vllm.llm.wake_up(tags=["kv_cache"])
        try:
            yield vllm
        finally:
            if sleeps:
                vllm.llm.sleep(level=2)
                vllm._llm_weights_sleeping = True

    def _get_train_sampler(self, dataset: Dataset | None = None) -> Sampler:
        sampler = super()._get_train_sampler(dataset)
        return EpochOrder(sampler, epoch=lambda: int(self.state.epoch or 0))

    def create_scheduler(
        self, num_training_steps: int, optimizer: torch.optim.Optimizer | None = None
    ) -> Any:
        """The scheduler of the learning rate, made once."""
        known: Any = self.lr_scheduler
        if known is None and self._timeline is not None:
            self.lr_scheduler: Any = planned_rate(
                self.args, optimizer or self.optimizer, self._timeline
            )
        return super().create_scheduler(num_training_steps, optimizer)

    def _init_training_state(self, max_steps: int, *arguments: Any) -> tuple[int, int]:
        """As TRL does, but how often to log and save is what is set now, not in the checkpoint."""
        place: tuple[int, int] = super()._init_training_state(max_steps, *arguments)
        self.state.compute_steps(self.args, max_steps)
        return place

    def _run_epoch(self, **settings: Any) -> None:
        """As TRL does, but nothing of an epoch in which the run has ended already."""
        if self.state.global_step >= self.state.max_steps:
            self.control.should_training_stop = True
            return
        super()._run_epoch(**settings)

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """As TRL does, where the checkpoint is of as many processes."""
        process, saved = self.args.process_index, Path(checkpoint or "")
        if checkpoint is None or is_of_these(saved, process, self.args.world_size):
            super()._load_rng_state(checkpoint)
        else:
            start_anew(self.args.seed, saved, process)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """As TRL does; what is torn is removed, lest a full disk stay full.

        Where the model is sharded the processes write together, and one that fails can't wait for
        the others, who wait for it: it leaves, and whoever started them ends the rest.
        """
        folder = Path(self.args.output_dir)
        save = partial(super()._save_checkpoint, model, trial)
        if self.is_deepspeed_enabled or self.is_fsdp_enabled:
            _told(folder, save)
            return
        try:
            processes.together(lambda: _told(folder, save))
        except Exception:
            if processes.is_main():
                remove_incomplete(folder)
            raise

    def save_step(self) -> None:
        """Save a checkpoint of the last finished step, with all that belongs to one."""
        self._save_checkpoint(self.model, trial=None)
        self.callback_handler.on_save(self.args, self.state, TrainerControl())

    def _log_metric(self, name: str, value: float) -> None:
        """Log a figure of the reward function, which gives all processes the same."""
        self._metrics["train"][name].append(value)

    def _calculate_rewards(
        self,
        inputs: list[dict[str, Any]],
        prompts: list[Any],
        completions: list[Any],
        completion_ids_list: list[list[int]],
    ) -> torch.Tensor:
        # (processes * completions, reward functions)
        rewards: torch.Tensor = super()._calculate_rewards(
            inputs, prompts, completions, completion_ids_list
        )
        first = self.accelerator.process_index * len(prompts)
        self._is_scored = ~torch.isnan(rewards).all(dim=1)[first : first + len(prompts)]
        return rewards

    def _get_per_token_logps_and_entropies(self, *arguments: Any, **settings: Any) -> Any:
        found = super()._get_per_token_logps_and_entropies(*arguments, **settings)
        self._token_logps, self._token_entropies = found[0].detach(), found[1]
        return found

    def _compute_loss(self, model: Any, inputs: dict[str, Any]) -> torch.Tensor:
        loss: torch.Tensor = super()._compute_loss(model, inputs)
        if model.training:
            is_first = self.state.global_step == self._generated_after
            gap = self._cross_entropy_gap(inputs["completion_mask"]) if is_first else nan
            self._metrics["train"][CROSS_ENTROPY_GAP].append(gap)
        return loss

    @torch.no_grad()
    def _cross_entropy_gap(self, mask: torch.Tensor) -> float:
        """Over all processes' tokens that train, (completions, tokens); NaN without any."""
        gaps = torch.where(mask.bool(), -self._token_logps - self._token_entropies, 0.0)
        both = torch.stack([gaps.sum().float(), mask.sum().float()])
        total, number = self.accelerator.reduce(both, reduction="sum").tolist()
        return total / number if number else nan

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        self._generated_after = self.state.global_step
        batch: dict[str, Any] = super()._generate_and_score_completions(inputs)
        mask = batch["completion_mask"]  # (completions, tokens)
        batch["completion_mask"] = mask * self._is_scored.to(mask).unsqueeze(1)
        if batch.get("num_items_in_batch") is not None:
            batch["num_items_in_batch"] = self.accelerator.gather(
                batch["completion_mask"].sum()
            ).sum()
        return batch


def _told(folder: Path, save: Callable[[], None]) -> None:
    with full_disk_told(folder):
        save()
