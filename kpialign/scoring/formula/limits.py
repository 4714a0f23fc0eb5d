"""What a formula's text may be at most, checked before anything reads it."""

from kpialign.scoring.formula.errors import FormulaError

MAX_LENGTH = 4_000
MAX_DEPTH = 64
MAX_REFERENCES = 200
MAX_PERIODS = 120


def check_text(text: str) -> None:
    """Refuse a text that is empty, too long, too deep or not ASCII."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are accepted",
            MAX_LENGTH + 1,
        )
    if not text.strip():
        raise FormulaError("the formula is empty", 1)
    _check_ascii(text)
    _check_depth(text)


def _check_ascii(text: str) -> None:
    for position, character in enumerate(text, start=1):
        if not character.isascii() or (not character.isprintable() and character not in "\t\r\n"):
            raise FormulaError(
                f"the character {character!a} cannot stand in a formula; ASCII only", position
            )


def _check_depth(text: str) -> None:
    depth = 0
    for position, character in enumerate(text, start=1):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        if depth > MAX_DEPTH:
            raise FormulaError(
                f"more than {MAX_DEPTH} parentheses and calls are open at once", position
            )
