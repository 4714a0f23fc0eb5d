"""Formulas read by recursive descent into nested tuples."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Tree = tuple[Any, ...]

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|\[(?P<code>[A-Za-z0-9._-]+)\]"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><>|!=|==|<=|>=|[-+*/^(),<>=]))"
)
COMPARISONS = {
    "=": "=",
    "==": "=",
    "<>": "!=",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
TIME_FUNCTIONS = {"prev", "year_ago", "ytd", "rolling_sum", "rolling_avg"}


@dataclass
class Reader:
    """Where the reading of one formula stands."""

    tokens: list[tuple[str, str]]
    at: int = 0

    def peek(self) -> tuple[str, str]:
        """The next token."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *signs: str) -> str | None:
        """Take the next token if it is one of these signs."""
        kind, text = self.peek()
        if kind == "sign" and text in signs:
            self.at += 1
            return text
        return None

    def must(self, sign: str) -> None:
        """Take this sign or refuse."""
        if not self.take(sign):
            raise ValueError(f"expected {sign} at token {self.at}")


def parse(text: str) -> Tree:
    """Read a formula."""
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise ValueError(f"cannot read {text[at:]!r}")
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    reader = Reader(tokens)
    tree = comparison(reader)
    if reader.peek()[0] != "end":
        raise ValueError("more than one formula")
    return tree


def comparison(reader: Reader) -> Tree:
    """Read a sum, or two compared."""
    left = addition(reader)
    if sign := reader.take(*COMPARISONS):
        left = ("compare", COMPARISONS[sign], left, addition(reader))
        if reader.take(*COMPARISONS):
            raise ValueError("comparisons are not chained")
    return left


def addition(reader: Reader) -> Tree:
    """Read terms added and subtracted."""
    left = product(reader)
    while sign := reader.take("+", "-"):
        left = ("binary", sign, left, product(reader))
    return left


def product(reader: Reader) -> Tree:
    """Read factors multiplied and divided."""
    left = signed(reader)
    while sign := reader.take("*", "/"):
        left = ("binary", sign, left, signed(reader))
    return left


def signed(reader: Reader) -> Tree:
    """Read a factor with or without a sign in front."""
    if reader.take("-"):
        inner = signed(reader)
        if inner[0] == "binary" and inner[1] == "^" and not inner[4]:
            raise ValueError("-a^b needs parentheses")
        return ("minus", inner)
    if reader.take("+"):
        return signed(reader)
    return power(reader)


def power(reader: Reader) -> Tree:
    """Read an atom, perhaps raised to another."""
    base = atom(reader)
    if reader.take("^"):
        negative = bool(reader.take("-"))
        exponent = atom(reader)
        if reader.take("^"):
            raise ValueError("a^b^c needs parentheses")
        if negative:
            exponent = ("minus", exponent)
        return ("binary", "^", base, exponent, False)
    return base


def atom(reader: Reader) -> Tree:
    """Read a number, a code, a call or a parenthesis."""
    kind, text = reader.peek()
    reader.at += 1
    if kind == "number":
        return ("number", Fraction(text))
    if kind == "code":
        return ("code", text)
    if kind == "word":
        return call(reader, text) if reader.take("(") else ("code", text)
    if kind == "sign" and text == "(":
        inner = comparison(reader)
        reader.must(")")
        return (*inner[:4], True) if inner[:2] == ("binary", "^") else inner
    raise ValueError(f"unexpected {text!r}")


def call(reader: Reader, name: str) -> Tree:
    """Read the arguments of a function."""
    arguments: list[Tree] = []
    while not reader.take(")"):
        if arguments:
            reader.must(",")
        arguments.append(comparison(reader))
    return ("call", name, *arguments)


def references(tree: Tree) -> set[str]:
    """Every code a formula names."""
    if tree[0] == "code":
        return {tree[1]}
    return set().union(*(references(part) for part in tree[1:] if isinstance(part, tuple)), set())


def required(tree: Tree) -> set[str]:
    """The codes outside `coalesce`, the branches of `if` and the time functions."""
    if tree[0] == "call" and (tree[1] == "coalesce" or tree[1] in TIME_FUNCTIONS):
        return set()
    if tree[0] == "call" and tree[1] == "if":
        return required(tree[2])
    if tree[0] == "code":
        return {tree[1]}
    return set().union(*(required(part) for part in tree[1:] if isinstance(part, tuple)), set())


def uses_time(tree: Tree) -> bool:
    """Whether a time function stands anywhere in a formula."""
    if tree[0] == "call" and tree[1] in TIME_FUNCTIONS:
        return True
    return any(uses_time(part) for part in tree[1:] if isinstance(part, tuple))
