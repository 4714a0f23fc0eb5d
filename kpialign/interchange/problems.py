"""What is wrong with a file: each problem one line that says where, what, and what is accepted."""

from dataclasses import dataclass, field

from kpialign.errors import RefusedError

MOST_PROBLEMS = 10_000


class ImportRefusedError(RefusedError):
    """The file as a whole cannot be read; its text says why and what is accepted."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in one cell; a row counts as a spreadsheet does, header 1."""

    sheet: str
    row: int
    column: str
    wrong: str
    accepted: str = ""

    def __str__(self) -> str:
        told = " ".join(f"{self.sheet}, {self.row}, {self.column}: {self.wrong}".split())
        return f"{told}, accepted: {self.accepted}" if self.accepted else told


class CellError(ValueError):
    """A cell does not hold what its column takes."""

    def __init__(self, wrong: str, accepted: str = "") -> None:
        """Keep what is wrong and what is accepted apart."""
        super().__init__(wrong)
        self.wrong = wrong
        self.accepted = accepted


@dataclass
class Report:
    """The first errors and warnings of one import, in the order in which they were found.

    Nobody reads more, and a hostile file has so many that they would fill the memory.
    """

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def error(self, sheet: str, row: int, column: str, wrong: str, accepted: str = "") -> None:
        """Note what keeps the file from being imported."""
        if len(self.errors) < MOST_PROBLEMS:
            self.errors.append(Problem(sheet, row, column, wrong, accepted))

    def warn(self, sheet: str, row: int, column: str, wrong: str, accepted: str = "") -> None:
        """Note what the person should look at."""
        if len(self.warnings) < MOST_PROBLEMS:
            self.warnings.append(Problem(sheet, row, column, wrong, accepted))


def lines(problems: list[Problem]) -> list[str]:
    """Write the problems one a line, each once, and say whether there may be more."""
    told = list(dict.fromkeys(str(problem) for problem in problems))
    if len(problems) == MOST_PROBLEMS:
        told.append(f"These are the first {MOST_PROBLEMS:,} problems; there may be more.")
    return told


def shown(text: object, most: int = 60) -> str:
    """Quote what a cell holds, cut to a readable length.

    >>> shown("12;5"), shown("x" * 100, most=5)
    ("'12;5'", "'xxxxx...'")
    """
    written = str(text)
    return f"'{written[:most]}...'" if len(written) > most else f"'{written}'"
