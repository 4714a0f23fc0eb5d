"""How a node's score arises from its children: weights, products, and the sum in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from dashboards.figures import shown
from dashboards.pages.measures import named, score_shown, score_text
from dashboards.rows import TermRow
from dashboards.selectors.board import Board

GEOMETRIC, WEAKEST = "geometric", "weakest"
AGGREGATIONS = {
    "arithmetic": "The weighted mean of what lies beneath it",
    GEOMETRIC: "The weighted geometric mean: a weak part is not bought off by a strong one",
    WEAKEST: "The weakest of what lies beneath it decides",
}


@dataclass(frozen=True)
class Terms:
    """The children that make a score, those still unknown, and those not scored."""

    rows: Sequence[TermRow]
    waiting: Sequence[TermRow]
    not_scored: Sequence[TermRow]
    total: str
    rule: str
    words: str
    product_head: str
    is_rounded: bool  # the rounded parts miss the rounded total

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies beneath."""
        return not (self.rows or self.waiting or self.not_scored)


def terms_of(board: Board, code: str, total: float) -> Terms:
    """Take a score apart; `total` is the score, or the driver score of a KPI with a result."""
    links = board.cascade.children(code)
    aggregation = board.node(code).aggregation
    known = [link for link in links if not isnan(board.score(link.child).score)]
    scored = [link for link in links if board.score(link.child).is_scored]
    whole = _sum([link.weight for link in known])
    shares = {link.child: link.weight / whole for link in known}
    products = {one: _product(board, one, share, aggregation) for one, share in shares.items()}
    rows = [_row(board, one, shares[one], products[one], aggregation) for one in shares]
    return Terms(
        rows=rows,
        waiting=[_row(board, one.child) for one in scored if one not in known],
        not_scored=[_row(board, one.child) for one in links if one not in scored],
        total=score_text(total, board.context.limits),
        rule=f"{AGGREGATIONS[aggregation]}.",
        words=_in_words(
            board, shares, [one.child for one in scored if one not in known], total, aggregation
        ),
        product_head="Factor" if aggregation == GEOMETRIC else f"Weight {shown.TIMES} score",
        is_rounded=aggregation == "arithmetic" and _misses(list(products.values()), total),
    )


def _sum(terms: Sequence[float]) -> float:
    """Add as the scores were added."""
    return float(np.add.reduceat(np.array(terms), [0])[0]) if terms else 0.0


def _product(board: Board, code: str, share: float, aggregation: str) -> float:
    score = board.score(code).score
    return float(score**share) if aggregation == GEOMETRIC else share * score


def _row(
    board: Board, code: str, share: float = 0.0, product: float = 0.0, aggregation: str = ""
) -> TermRow:
    node = board.node(code)
    counts = bool(aggregation) and aggregation != WEAKEST
    return TermRow(
        code=code,
        name=node.name,
        is_kpi=node.is_kpi,
        weight=shown.share(share) if counts else shown.UNKNOWN,
        score=score_shown(board, code),
        product=shown.number(product, 1) if counts else shown.UNKNOWN,
        owner=node.owner or node.department_name,
    )


def _misses(products: Sequence[float], total: float) -> bool:
    """Whether the rounded products do not add up to the rounded total."""
    if isnan(total):
        return False
    return round(sum(round(one, 1) for one in products), 1) != round(total, 1)


def _in_words(
    board: Board, shares: dict[str, float], unknown: Sequence[str], total: float, aggregation: str
) -> str:
    """Say the sum: "73.3 = 67 % of A (80.0) + 33 % of B (60.0); C has no figure yet"."""
    if isnan(total) or not shares:
        return ""
    missing = _still_missing(board, unknown)
    limits = board.context.limits
    told = {one: score_text(board.score(one).score, limits) for one in shares}
    score = score_text(total, limits)
    if aggregation == WEAKEST:
        least = min(shares, key=lambda one: (board.score(one).score, one))
        return f"{score}: {board.node(least).name} is the weakest."
    if aggregation == GEOMETRIC:
        parts = [
            f"{told[one]} ^ {shown.share(share)} ({board.node(one).name})"
            for one, share in shares.items()
        ]
        return f"{score} = {f' {shown.TIMES} '.join(parts)}{missing}."
    parts = [
        f"{shown.share(share)} of {board.node(one).name} ({told[one]})"
        for one, share in shares.items()
    ]
    return f"{score} = {' + '.join(parts)}{missing}."


def _still_missing(board: Board, unknown: Sequence[str]) -> str:
    names = [board.node(one).name for one in unknown]
    if not names:
        return ""
    return f"; {named(names)} {'has' if len(names) == 1 else 'have'} no figure yet"
