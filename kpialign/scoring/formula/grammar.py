"""The grammar of formulas, and the reading of a text into lark's tree."""

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from kpialign.scoring.formula.errors import FormulaError

GRAMMAR = r"""
    ?start: comparison
    ?comparison: sum
        | sum COMPARE sum -> binary
    ?sum: product
        | sum (ADD | MINUS) product -> binary
    ?product: unary
        | product MULTIPLY unary -> binary
    ?unary: power
        | MINUS unary -> negative
    ?power: atom
        | atom POWER exponent -> power
    ?exponent: atom
        | MINUS exponent -> negative
    ?atom: NUMBER
        | BRACKETED
        | NAME
        | NAME "(" [comparison ("," comparison)*] ")" -> call
        | "(" comparison ")" -> group

    ADD: "+"
    MINUS: "-"
    MULTIPLY: "*" | "/"
    POWER: "^"
    COMPARE: "==" | "<>" | "!=" | "<=" | ">=" | "=" | "<" | ">"
    NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
    BRACKETED: /\[[A-Za-z0-9._-]{1,64}\]/
    NAME: /[A-Za-z_][A-Za-z0-9_]*/
    %ignore /[ \t\r\n]+/
"""

PARSER = Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)

Parsed = Tree[Token] | Token


def read(text: str) -> Parsed:
    """Read a text into a tree, or say at which character that fails."""
    try:
        return PARSER.parse(text)
    except UnexpectedToken as error:
        raise _unexpected(error.token, text) from None
    except UnexpectedCharacters as error:
        position: int = error.pos_in_stream  # type: ignore[assignment]  # lark declares None
        raise _unreadable(text, position) from None


def _unexpected(token: Token, text: str) -> FormulaError:
    if token.type == "$END":
        return FormulaError("the formula ends too early", len(text.rstrip()) + 1)
    column = (token.start_pos or 0) + 1
    if token.type == "POWER":
        return FormulaError("'^' after '^' or '-' needs parentheses, as in (2^3)^2", column)
    if token.type == "COMPARE":
        return FormulaError("comparisons cannot be chained; use parentheses", column)
    return FormulaError(f"'{token}' is not expected here", column)


def _unreadable(text: str, position: int) -> FormulaError:
    if text[position] == "[":
        return FormulaError(
            "a code in brackets is 1 to 64 of A-Z a-z 0-9 . - _ and a closing ']'", position + 1
        )
    return FormulaError(f"{text[position]!a} cannot stand here", position + 1)
