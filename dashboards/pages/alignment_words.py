"""Alignment in sentences: how far it goes, what takes most from it, what was left out."""

from collections.abc import Mapping
from math import isnan

from dashboards.figures import shown
from dashboards.pages.lowered import SEEN, Counted
from dashboards.selectors.alignment import Aligned
from kpialign.scoring.alignment import NOT_YET

TITLES = {
    "linkage": "Linkage",
    "financial_linkage": "Financial linkage",
    "freshness": "Freshness",
    "focus": "Focus",
    "decisiveness": "Decisiveness",
    "consistency": "Consistency",
    "evidence": "Evidence",
    "harmony": "Harmony",
}


def within(title: str) -> str:
    """Write a title as a sentence goes on with it.

    >>> within("Too many KPIs")
    'too many KPIs'
    """
    return title[:1].lower() + title[1:]


def alignment_headline(aligned: Aligned, counted: Mapping[str, Counted]) -> str:
    """Say how far the cascade deserves trust, and what takes most from that."""
    if isnan(aligned.score):
        return "Alignment cannot be computed yet: nothing of it can be counted here"
    gains = {name: aligned.raised(name, 100.0) for name in aligned.weights}
    worst = max(gains, key=lambda name: gains[name])
    text = shown.score(aligned.score)
    if gains[worst] < SEEN:
        return f"Alignment is {text}: nothing that can be computed lowers it"
    above_all = _above_all(counted[worst])
    return f"Alignment is {text}; {TITLES[worst].lower()} takes most from it{above_all}"


def _above_all(counted: Counted) -> str:
    """Name what lowers a part more than anything else does, if one thing does."""
    culprits = counted.culprits
    if len(culprits) > 1 and culprits[0].points > culprits[1].points + SEEN:
        return f", {culprits[0].name} above all"
    return f": {culprits[0].name}" if len(culprits) == 1 else ""


def left_out(aligned: Aligned) -> str:
    """Say how many parts could not be computed, and which."""
    later = [TITLES[name].lower() for name in NOT_YET]
    empty = [
        TITLES[name].lower()
        for name, score in aligned.scores.items()
        if isnan(score) and name not in NOT_YET
    ]
    told = [f"{len(later)} not computed yet: {' and '.join(later)}"]
    if empty:
        told.append(f"{len(empty)} without anything to count: {' and '.join(empty)}")
    return "; ".join(told)
