"""The arithmetic of a run's batches and steps, in words."""

from tarot.config.batches import has_fixed_length, num_steps, plan_batches
from tarot.config.schedule import RunLength
from tarot.config.schema import RunConfig


def describe_batch(config: RunConfig) -> str:
    """From the problems of a step to what each process computes at once."""
    batches, hardware, dynamic = plan_batches(config), config.hardware, config.dynamic_sampling
    more = f", of up to {dynamic.max_batches} times as many generated" if dynamic else ""
    return (
        f"{config.problems_per_step} problems x {config.num_generations} completions = "
        f"{batches.completions_per_step} = {hardware.processes} processes x "
        f"{hardware.per_device_batch_size} x {batches.accumulation_steps} accumulation steps{more}"
    )


def describe_length(config: RunConfig, num_problems: int) -> str:
    """How many steps the run has, and why; `num_problems` doesn't matter where they are given."""
    steps, iterations = num_steps(config, num_problems), plan_batches(config).iterations
    if has_fixed_length(config):
        return f"{steps}, as trainer.max_steps says{_planned(config)}"
    if not steps:
        return (
            f"none: {num_problems} problems to train on are fewer than "
            f"problems_per_step={config.problems_per_step}; lower it"
        )
    epochs = float(config.trainer.get("num_train_epochs", 3))
    repeated = f" x {iterations} iterations" if iterations > 1 else ""
    return (
        f"at most {steps} = {num_problems} problems to train on, {config.problems_per_step} a "
        f"step x {epochs:g} epochs{repeated}{_planned(config)}"
    )


def _planned(config: RunConfig) -> str:
    """Over which lengths curriculum and learning rate run, where they are not the run's own."""
    told = (
        f"{RunLength.planned(one).in_words} from step {one.after + 1} on"
        for one in config.schedule.lengths or ()
    )
    listed = ", ".join(told)
    return f"; curriculum and learning rate over {listed}" if listed else ""
