"""The model that a run starts from, after its cold start where it has one, and what comes of it."""

from functools import partial

from accelerate import PartialState
from transformers import PreTrainedTokenizerBase
from transformers.integrations.deepspeed import unset_hf_deepspeed_config

from tarot.config.quantization import check_bitsandbytes
from tarot.config.schema import HardwareConfig, ModelConfig
from tarot.sampling import LoadedModel, Sampler, load_model, local_checkpoint, sample
from tarot.training.cold_start import cold_started
from tarot.training.context import RunContext
from tarot.training.sharding import IN_PARTS


def load(context: RunContext, checkpoint: str) -> LoadedModel:
    """The weights of a checkpoint as the run trains them, on this process's device; the tokenizer.

    Raises:
        UserError: for weights that are to be quantized without bitsandbytes.
    """
    config = context.config
    check_bitsandbytes(config.lora)
    return load_on_device(checkpoint, config.model, config.hardware, config.quantization)


def load_on_device(
    checkpoint: str, model: ModelConfig, hardware: HardwareConfig, quantization: str | None = None
) -> LoadedModel:
    """The weights of a checkpoint on this process's device, and the tokenizer."""
    loaded = load_model(checkpoint, model, hardware.dtype, quantization)
    if hardware.device == "cuda" and quantization is None:  # which is there, and can't be moved
        loaded.weights.to(PartialState().device)
    return loaded


def sampler_of(
    checkpoint: str,
    model: ModelConfig,
    hardware: HardwareConfig,
    context_length: int,
    seed: int,
    quantization: str | None = None,
) -> tuple[Sampler, PreTrainedTokenizerBase]:
    """What draws: vLLM where the hardware has it, alone on the device while this process runs.

    `context_length` is room for the longest prompt and completion together, in tokens, and `seed`
    vLLM's own, which holds no weights in four bits.
    """
    if hardware.vllm is None:
        loaded = load_on_device(checkpoint, model, hardware, quantization)
        return partial(sample, loaded), loaded.tokenizer
    from tarot.sampling.vllm_engine import VllmEngine  # noqa: PLC0415 - not installed everywhere

    engine = VllmEngine(checkpoint, model, hardware.dtype, context_length, seed)
    return engine.sample, engine.tokenizer


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
