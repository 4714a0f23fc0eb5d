"""What nobody should type: each has broken a product somewhere."""

from urllib.parse import quote, quote_plus

# Whatever of it comes back as an element or as an attribute was not escaped.
MARK = "x7crawl"

NASTY = [
    "",
    "   ",
    "\0",
    "a\0b",
    "\u202e\u2066abc\u200f",  # turns the direction of what follows
    "\u200b\ufeff",  # looks empty, and is not
    "\ud800",  # half a character
    "x" * 10_000,
    "9" * 40,
    str(2**63),
    "-1",
    "0",
    "NaN",
    "inf",
    "1e999999",
    "1E-999999",
    "-0",
    "1" * 300 + "." + "1" * 300,
    "\u0665\u0666",  # Arabic-Indic digits: digits to Python, not to people
    "\uff11\uff12",  # full-width digits
    "\u00b2",  # a digit that is no number
    "1_000",
    "1,5",
    f"\"'><{MARK} {MARK}=1>",
    f"<script>{MARK}</script><img src=x onerror={MARK}()>",
    f"javascript:{MARK}()",
    f"{{{{ {MARK} }}}}{{% load {MARK} %}}{{0.__class__}}%s%(a)s",
    "../../../../etc/passwd",
    "//evil.example/\\..",
    "a\r\nSet-Cookie: crawl=1\r\n\r\nb",
    "\U0001f469\u200d\U0001f680e\u0301",
    "' OR 1=1 --\"; DROP TABLE x; %_\\",
    '{"a": [1, null]}',
    "[" * 200,
    "9999-99-99",
    "0000-W00",
    "[DIO] ** 10 ** 10 ** 10",
    "=HYPERLINK(1)",
]


def written(text: str) -> str:
    """Write a value as a form does; half a character becomes bytes that are no UTF-8."""
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def in_path(text: str) -> str:
    """Write a value as one step of a path."""
    return quote(text.encode("utf-8", "surrogatepass"), safe="")
