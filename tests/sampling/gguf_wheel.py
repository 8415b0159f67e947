"""A wheel with a tiny llama in a GGUF file, and an index that holds nothing else."""

import zipfile
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from tarot.config.schema import GgufPackage

PACKAGE = GgufPackage(name="llm-tiny", version="0.1", file="tiny.F32.gguf")
HIDDEN, LAYERS, HEADS, INNER = 16, 1, 2, 32
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LETTERS = [chr(code) for code in range(ord("!"), ord("~") + 1)] + ["Ġ", "Ċ"]
TOKENS = SPECIAL + LETTERS + ["ab"]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def embeddings() -> NDArray[np.float32]:
    """The embeddings in the file; multiples of 1/8 survive bfloat16."""
    count = len(TOKENS) * HIDDEN
    values = (np.arange(count) % 32 / 8 - 2).astype(np.float32)
    return values.reshape(len(TOKENS), HIDDEN)


def write_index(folder: Path) -> None:
    """Write the wheel to `folder`, from which pip can install with `--find-links`."""
    write_gguf(folder / PACKAGE.file)
    stem = f"llm_tiny-{PACKAGE.version}"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.write(folder / PACKAGE.file, f"llm_tiny/{PACKAGE.file}")
        about = f"Metadata-Version: 2.1\nName: {PACKAGE.name}\nVersion: {PACKAGE.version}\n"
        wheel.writestr(f"{stem}.dist-info/METADATA", about)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{stem}.dist-info/WHEEL", tags)
        wheel.writestr(f"{stem}.dist-info/RECORD", "")


def write_gguf(path: Path) -> None:
    """A llama whose end of sequence is the wrong token, as converters have set it."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(128)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(TOKENS)
    control, normal = gguf.TokenType.CONTROL, gguf.TokenType.NORMAL
    writer.add_token_types([control if token in SPECIAL else normal for token in TOKENS])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(0)
    writer.add_chat_template(TEMPLATE)
    for name, shape in _shapes().items():
        writer.add_tensor(name, np.full(shape, 0.125, dtype=np.float32))
    writer.add_tensor("token_embd.weight", embeddings())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _shapes() -> dict[str, tuple[int, ...]]:
    square, vector = (HIDDEN, HIDDEN), (HIDDEN,)
    block = {
        "attn_norm": vector,
        "attn_q": square,
        "attn_k": square,
        "attn_v": square,
        "attn_output": square,
        "ffn_norm": vector,
        "ffn_gate": (INNER, HIDDEN),
        "ffn_up": (INNER, HIDDEN),
        "ffn_down": (HIDDEN, INNER),
    }
    return {"output_norm.weight": vector} | {
        f"blk.0.{name}.weight": shape for name, shape in block.items()
    }
