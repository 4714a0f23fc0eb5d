"""The worked tables of docs/scoring.md, row by row."""

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "scoring.md"

Row = dict[str, str]


def table(first_heading: str, *others: str) -> list[Row]:
    """Give the rows of the table whose header begins with these cells."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for position, line in enumerate(lines):
        header = cells(line)
        if header[: 1 + len(others)] == [first_heading, *others]:
            body = lines[position + 2 :]
            end = next(
                (row for row, text in enumerate(body) if not text.startswith("|")), len(body)
            )
            return [dict(zip(header, cells(text), strict=True)) for text in body[:end]]
    message = f"docs/scoring.md has no table that begins with {first_heading}"
    raise LookupError(message)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if "|" in line else []


def number(text: str) -> float:
    """Read a number; blank, unknown, missing and not scored are NaN."""
    return float("nan") if text in ("", "unknown", "missing", "not scored") else float(text)
