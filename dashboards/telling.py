"""Tell an explanation: as the document of files and API, and as indented lines for people."""

from collections.abc import Iterator
from typing import Any

from dashboards.selectors.explanations import ExplainedScore, RevisionFacts
from kpialign.scoring.document import Naming, document_of
from organisation.services.trail import plain

Facts = dict[str, Any]
INDENT = "  "


def facts(explained: ExplainedScore) -> Facts:
    """Turn an explanation into nested facts; unknown is None."""

    def revision(code: str, entity: str, column: int) -> Facts | None:
        return _revision(explained.revision(code, entity, column))

    return document_of(explained.explanation, Naming(explained.label, revision))


def _revision(revision: RevisionFacts | None) -> Facts | None:
    if revision is None:
        return None
    return {
        "number": revision.number,
        "status": revision.status,
        "by": revision.by,
        "at": revision.at.isoformat(),
        "from": plain(revision.before),
        "to": plain(revision.after),
        "why": revision.why,
        "path": revision.path,
    }


def lines(told: Facts, depth: int = 0) -> Iterator[str]:
    """Give an explanation's facts as indented lines."""
    inner = INDENT * (depth + 1)
    yield f"{INDENT * depth}{_headline(told)}"
    if told.get("attainment"):
        yield f"{inner}{_arithmetic(told['attainment'])}"
    if "formula" in told:
        yield f"{inner}= {told['formula']['text']}"
    if told.get("revision"):
        yield f"{inner}{_typed(told['revision'])}"
    for one in _inside(told):
        yield from lines(one, depth + 1)
    for one in told.get("waiting", ()):
        yield f"{inner}{one['node']} has no score yet"


def _inside(told: Facts) -> list[Facts]:
    """List what a node or value consists of."""
    names = ("consolidated", "own_periods", "terms", "drivers")
    parts = list(told["formula"]["inputs"]) if "formula" in told else []
    return parts + [one for name in names for one in told.get(name) or ()]


def _headline(told: Facts) -> str:
    """Say one node's score, or one value, in a line."""
    if "score" not in told:
        place = f" at {told['entity']}, {told['period']}"
        rate = f" x {told['rate']!r}" if told.get("rate") is not None else ""
        if told.get("no_rate_of"):
            rate = f", no {told['rate_kind']} rate of {' or '.join(told['no_rate_of'])}"
        return f"{told['code']}{place}: {_shown(told['value'])}{rate}"
    part = ""
    if "product" in told:
        part = f", weight {told['weight']!r} gives {told['product']!r}"
    covered = _shown(told["coverage"])
    return (
        f"{told['node']}: score {_shown(told['score'])} ({told['how']}, coverage {covered}){part}"
    )


def _arithmetic(part: Facts) -> str:
    wanted = _shown(part["target"])
    if part["band_low"] is not None:
        wanted = f"{_shown(part['band_low'])} to {_shown(part['band_high'])}"
    base = "assumed" if part["baseline_assumed"] else _shown(part["baseline"])
    told = f"actual {_shown(part['actual'])}, target {wanted}, baseline {base}"
    return f"{told}: attainment {_shown(part['raw'])}"


def _typed(revision: Facts) -> str:
    why = f", because: {revision['why']}" if revision["why"] else ""
    before = f" from {revision['from']}" if revision["from"] is not None else ""
    return (
        f"revision {revision['number']}, {revision['status']}, by {revision['by']}"
        f" at {revision['at']} through {revision['path']}{before}{why}"
    )


def _shown(value: float | None) -> str:
    return "unknown" if value is None else repr(value)
