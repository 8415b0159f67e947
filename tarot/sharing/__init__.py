"""A run or a sweep as one archive that can be looked at elsewhere, without weights and secrets."""

from tarot.sharing.archive import write_archive
from tarot.sharing.members import Member
from tarot.sharing.packing import Packed, pack_run, pack_sweep
from tarot.sharing.scanning import check_secrets
from tarot.sharing.secret_forms import SecretForms

__all__ = [
    "Member",
    "Packed",
    "SecretForms",
    "check_secrets",
    "pack_run",
    "pack_sweep",
    "write_archive",
]
