"""How chance goes on from a checkpoint that other processes or another device have saved.

A checkpoint holds the generators of each process that saved it. Where as many go on, on the same
kind of device, each takes up its own. Otherwise all start from a hash of seed, step and process:
left alone, they would begin as they did at the start of the run.
"""

import hashlib
from pathlib import Path

import torch
from transformers import set_seed
from transformers.trainer_pt_utils import safe_globals

from tarot.runs.checkpoints import checkpoint_step

_SEEDS = 2**32


def is_of_these(checkpoint: Path, process: int, num_processes: int) -> bool:
    """Whether as many processes have saved the checkpoint, and this one for its kind of device."""
    alone = checkpoint / "rng_state.pth"
    saved = [alone] if alone.exists() else sorted(checkpoint.glob("rng_state_*.pth"))
    if len(saved) != num_processes:
        return False
    own = alone if num_processes == 1 else checkpoint / f"rng_state_{process}.pth"
    with safe_globals():
        states = torch.load(own, weights_only=True)
    return ("cuda" in states) == bool(torch.cuda.is_available())


def start_anew(seed: int, checkpoint: Path, process: int) -> None:
    """Set all generators by what tells this process and this step apart from others."""
    text = f"{seed}/{checkpoint_step(checkpoint)}/{process}"
    digest = hashlib.sha256(text.encode()).digest()
    set_seed(int.from_bytes(digest, "big") % _SEEDS)
