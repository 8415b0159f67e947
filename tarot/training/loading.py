"""The model that a run starts from, after its cold start where it has one, and what comes of it."""

from accelerate import PartialState
from transformers.integrations.deepspeed import unset_hf_deepspeed_config

from tarot.sampling import LoadedModel, load_model, local_checkpoint
from tarot.training.cold_start import cold_started
from tarot.training.context import RunContext
from tarot.training.sharding import IN_PARTS


def load(context: RunContext, checkpoint: str) -> LoadedModel:
    """The weights of a checkpoint on this process's device, and the tokenizer."""
    config = context.config
    loaded = load_model(checkpoint, config.model, config.hardware.dtype)
    if config.hardware.device == "cuda":
        loaded.weights.to(PartialState().device)
    return loaded


def trained(context: RunContext, loaded: LoadedModel, checkpoint: str) -> LoadedModel:
    """The trained model, for a process that uses it alone, which began with `checkpoint`.

    Where the processes hold its weights in parts these are read from the last checkpoint, which
    has them whole, and not split again as DeepSpeed would have it.
    """
    if context.config.hardware.sharding not in IN_PARTS:
        return loaded
    unset_hf_deepspeed_config()
    last = str(context.run.last_checkpoint())
    if context.config.lora is None:
        return load(context, last)
    whole = load(context, checkpoint)
    whole.weights.load_adapter(last)
    return whole


def checkpoint_of(context: RunContext) -> str:
    """A hub id or a folder with the weights; a cold start is made where it isn't cached."""
    config = context.config
    context.display.say(f"model {config.model.id}")
    if config.cold_start is None:
        return local_checkpoint(config.model)
    return str(cold_started(context.run, config, config.cold_start))
