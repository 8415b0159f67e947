"""Looking for secrets in all that would go into an archive."""

import io
import json
from collections.abc import Collection, Iterator, Sequence

from tarot.data.lazy import heavy
from tarot.sharing.members import Member
from tarot.sharing.secret_forms import SecretForms
from tarot.types import UserError

_ROWS_AT_ONCE = 256


def check_secrets(
    members: Sequence[Member], forms: SecretForms, checked: Collection[str] = ()
) -> None:
    """UserError that names file and line, and never the secret, where one is found.

    A file that is `checked` may hold what only looks like one; a known secret is refused there too.
    """
    unknown = sorted(set(checked) - {member.name for member in members})
    if unknown:
        raise UserError(f"checked: {unknown[0]}: no file of the archive")
    for member in members:
        for place, text in _texts(member):
            known = forms.value_in(text)
            if known:
                raise UserError(f"{place}: holds {known}; take it out there, then pack again")
            found = None if member.name in checked else forms.form_in(text)
            if found:
                raise UserError(
                    f"{place}: holds what looks like {found}; take it out there, or, where it is "
                    f"none, add checked=[{member.name}]"
                )


def _texts(member: Member) -> Iterator[tuple[str, str]]:
    """The lines of a text, or the rows of a table, each with its place."""
    if member.name.endswith(".parquet"):
        for number, row in enumerate(_rows(member), start=1):
            yield f"{member.name}: row {number}", json.dumps(row, default=str, ensure_ascii=False)
        return
    for number, line in enumerate(member.read().split(b"\n"), start=1):
        yield f"{member.name}:{number}", line.decode(errors="replace")


def _rows(member: Member) -> Iterator[dict[str, object]]:
    """The rows of a table, with the columns alone that hold texts."""
    arrow, parquet = heavy("pyarrow"), heavy("pyarrow.parquet")
    source = io.BytesIO(member.content) if isinstance(member.content, bytes) else member.content
    file = parquet.ParquetFile(source)
    names = [field.name for field in file.schema_arrow if not _is_number(arrow, field.type)]
    for batch in file.iter_batches(_ROWS_AT_ONCE, columns=names):
        yield from batch.to_pylist()


def _is_number(arrow: object, kind: object) -> bool:
    types = arrow.types  # type: ignore[attr-defined]
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))
