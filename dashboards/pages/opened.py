"""Which branches of the tree are open, as its address says it."""

from collections.abc import Iterable
from dataclasses import dataclass

ALL, NONE = "*", "~"
SEPARATOR = ","


@dataclass(frozen=True)
class Opened:
    """The branches that are open: these alone, or all but these.

    >>> Opened.asked("A,B").opens("A"), Opened.asked("*,A").opens("A"), Opened.asked("*").opens("B")
    (True, False, True)
    """

    codes: frozenset[str]
    is_all: bool = False

    @classmethod
    def asked(cls, text: str) -> "Opened":
        """Read the address."""
        codes = frozenset(one for one in text.split(SEPARATOR) if one)
        return cls(codes - {ALL, NONE}, ALL in codes)

    def opens(self, code: str) -> bool:
        """Tell whether a branch is open."""
        return (code in self.codes) != self.is_all

    def toggled(self, codes: Iterable[str]) -> "Opened":
        """Open what is closed of these branches and close what is open.

        >>> str(Opened.asked("A").toggled(["B"])), str(Opened.asked("*").toggled(["B"]))
        ('A,B', '*,B')
        """
        return Opened(self.codes ^ frozenset(codes), self.is_all)

    def __str__(self) -> str:
        codes = sorted(self.codes)
        return SEPARATOR.join([ALL, *codes] if self.is_all else codes or [NONE])
