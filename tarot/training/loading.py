"""The model that a run starts from, after its cold start where it has one."""

from tarot.sampling import LoadedModel, load_model, local_checkpoint
from tarot.training.cold_start import cold_started
from tarot.training.context import RunContext


def load(context: RunContext) -> LoadedModel:
    """The weights on the run's device, and the tokenizer."""
    config = context.config
    loaded = load_model(checkpoint_of(context), config.model, config.hardware.dtype)
    if config.hardware.device == "cuda":
        loaded.weights.to("cuda")
    return loaded


def checkpoint_of(context: RunContext) -> str:
    """A hub id or a folder with the weights; a cold start is made where it isn't cached."""
    config = context.config
    context.display.say(f"model {config.model.id}")
    if config.cold_start is None:
        return local_checkpoint(config.model)
    return str(cold_started(context.run, config, config.cold_start))
