"""The arithmetic from the experiment's batch to what each process computes at once."""

import math
from dataclasses import dataclass

from tarot.config.schema import RunConfig
from tarot.types import UserError


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """How one optimizer update is split, and of how many passes completions are generated at once.

    Each pass of these is trained on `iterations` times before others are generated.
    """

    completions_per_step: int
    completions_per_pass: int
    accumulation_steps: int
    passes_per_generation: int
    iterations: int


def plan_batches(config: RunConfig) -> BatchPlan:
    """The split of a step's completions; UserError names the keys and numbers that would work."""
    hardware = config.hardware
    completions = config.problems_per_step * config.num_generations
    per_pass = hardware.processes * hardware.per_device_batch_size
    if completions % per_pass:
        unit = math.lcm(per_pass, config.num_generations) // config.num_generations
        below = config.problems_per_step // unit * unit
        workable = " or ".join(str(number) for number in (below, below + unit) if number)
        raise UserError(
            f"problems_per_step={config.problems_per_step} x "
            f"num_generations={config.num_generations} = {completions} completions do not divide "
            f"into hardware.processes={hardware.processes} x "
            f"hardware.per_device_batch_size={hardware.per_device_batch_size} = {per_pass}; "
            f"problems_per_step={workable} would"
        )
    accumulation = completions // per_pass
    _check_generation(config, per_pass)
    return BatchPlan(
        completions_per_step=completions,
        completions_per_pass=per_pass,
        accumulation_steps=accumulation,
        passes_per_generation=config.trainer.get("steps_per_generation") or accumulation,
        iterations=int(config.trainer.get("num_iterations", 1)),
    )


def num_steps(config: RunConfig, num_problems: int) -> int:
    """Optimizer steps of the run: TRL leaves out what does not fill a last generation."""
    if has_fixed_length(config):
        return int(config.trainer["max_steps"])
    batches, epochs = plan_batches(config), float(config.trainer.get("num_train_epochs", 3))
    passes = batches.passes_per_generation
    generations = num_problems * config.num_generations // (batches.completions_per_pass * passes)
    passes_per_epoch = generations * passes * batches.iterations
    return math.ceil(math.ceil(passes_per_epoch / batches.accumulation_steps) * epochs)


def has_fixed_length(config: RunConfig) -> bool:
    """Whether the run's steps are given, however many problems there are."""
    return int(config.trainer.get("max_steps", -1)) > 0


def _check_generation(config: RunConfig, per_pass: int) -> None:
    """TRL generates `steps_per_generation` passes at once, which must hold whole groups."""
    steps = config.trainer.get("steps_per_generation")
    if steps is not None and (per_pass * steps) % config.num_generations:
        unit = config.num_generations // math.gcd(per_pass, config.num_generations)
        raise UserError(
            f"trainer.steps_per_generation={steps} x {per_pass} completions a pass do not hold "
            f"whole groups of num_generations={config.num_generations}; a multiple of {unit} would"
        )
