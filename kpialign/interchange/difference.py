"""What an import would change: rows added, changed and unchanged, sheet by sheet."""

from dataclasses import dataclass, field
from typing import Any

from kpialign.interchange.proposal import ActualEntry, Entry, Proposal


@dataclass(frozen=True)
class Changes:
    """The rows of one sheet that are new or other; `removed` are links taken away."""

    added: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    removed: list[Any] = field(default_factory=list)

    @property
    def entries(self) -> list[Entry]:
        """List the rows to write."""
        return [*self.added, *self.changed]

    @property
    def numbers(self) -> list[int]:
        """List the rows of the file that say something new."""
        return [entry.number for entry in self.entries] or [1] * bool(self.removed)


@dataclass(frozen=True)
class Difference:
    """What the whole file changes."""

    sheets: dict[str, Changes]
    actuals: list[ActualEntry]
    unchanged: int

    @property
    def added(self) -> int:
        """Count the rows that are new."""
        new_cells = sum(entry.held is None for entry in self.actuals)
        return sum(len(one.added) for one in self.sheets.values()) + new_cells

    @property
    def changed(self) -> int:
        """Count the rows that are other than what stands; a link taken away counts too."""
        cells = sum(entry.held is not None for entry in self.actuals)
        return sum(len(one.changed) + len(one.removed) for one in self.sheets.values()) + cells

    def __str__(self) -> str:
        return f"added {self.added}, changed {self.changed}, unchanged {self.unchanged}"


def difference(proposal: Proposal) -> Difference:
    """Compare what would be with what is."""
    sheets = {}
    unchanged = proposal.unchanged_actuals
    for name, merged in proposal.sheets.items():
        changed = merged.changed
        unchanged += len(merged.entries) - len(changed)
        sheets[name] = Changes(
            added=[entry for entry in changed if entry.old is None],
            changed=[entry for entry in changed if entry.old is not None],
            removed=[row for key, row in merged.stored.items() if key not in merged.final],
        )
    return Difference(sheets, proposal.actuals, unchanged)
