"""Whether the codes that rows refer to are there."""

from collections.abc import Collection

from kpialign.interchange.problems import shown
from kpialign.interchange.proposal import Merged, Proposal


def check_known(
    proposal: Proposal, merged: Merged, column: str, known: Collection[str], sheet: str
) -> None:
    """Report each row of the file whose code in a column is not in the sheet that it names."""
    unknown = {getattr(entry.new, column) for entry in merged.entries} - set(known) - {""}
    if not unknown:
        return
    for entry in merged.entries:
        code = getattr(entry.new, column)
        if code in unknown:
            told = f"there is no {shown(code)} in {sheet}"
            accepted = f"a code of {sheet}{_some(known)}"
            proposal.report.error(merged.sheet.name, entry.number, column, told, accepted)


def _some(known: Collection[str]) -> str:
    """Name some codes, so that a slip of the pen is seen at once."""
    some = sorted(known)[:5]
    return f", such as {', '.join(some)}" if some else ", which is empty"


def row_of(merged: Merged, key: object) -> int:
    """Return the row of the file that says this, or 1 if only the database does."""
    return next((e.number for e in merged.entries if _key(merged, e.new) == key), 1)


def _key(merged: Merged, row: object) -> object:
    parts = tuple(getattr(row, name) for name in merged.sheet.key)
    return parts[0] if len(parts) == 1 else parts
