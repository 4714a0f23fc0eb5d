"""An explanation as the document that files and the API give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kpialign.scoring.explanation import (
    AttainmentPart,
    Explanation,
    MemberPart,
    Term,
    ValuePart,
)

Document = dict[str, object]


@dataclass(frozen=True)
class Naming:
    """What the core does not know: the label of a column, and the revision of an entered figure."""

    label: Callable[[int], str]
    revision: Callable[[str, str, int], Mapping[str, object] | None]


def document_of(explanation: Explanation, naming: Naming) -> Document:
    """Write an explanation as nested lists and dictionaries; None where something is unknown."""
    document: Document = {
        "node": explanation.code,
        "entity": explanation.entity,
        "period": naming.label(explanation.column),
        "score": explanation.score,
        "coverage": explanation.coverage,
        "how": explanation.how.replace(" ", "_"),
        "terms": [_term(term, naming) for term in explanation.terms],
        "waiting": [document_of(one, naming) for one in explanation.waiting],
    }
    if explanation.actual is not None:
        document |= {
            "attainment": _attainment(explanation.attainment),
            "driver_score": explanation.driver_score,
            "drivers": [_term(term, naming) for term in explanation.drivers],
            **_origin(explanation.actual, naming),
        }
    return document


def _term(term: Term, naming: Naming) -> Document:
    return {
        "code": term.of.code,
        "weight": term.weight,
        "product": term.product,
        **document_of(term.of, naming),
    }


def _attainment(part: AttainmentPart | None) -> Document | None:
    if part is None:
        return None
    return {
        "actual": part.actual,
        "target": part.target,
        "baseline": part.baseline,
        "raw": part.raw,
        "band_low": part.band_low,
        "band_high": part.band_high,
        "baseline_assumed": part.baseline_assumed,
    }


def _origin(part: ValuePart, naming: Naming) -> Document:
    origin: Document = {"value": part.value}
    if part.to_date:
        origin["to_date"] = True
    if part.formula is not None:
        origin["formula"] = {
            "text": part.formula.text,
            "inputs": [_value(one, naming) for one in part.formula.inputs],
            "reason": part.formula.reason or None,
        }
    if part.consolidated:
        origin["rollup"] = part.rule
        origin["consolidated"] = [_member(member, naming) for member in part.consolidated]
    if part.own_periods:
        origin["own_periods"] = [_value(one, naming) for one in part.own_periods]
    if part.entered:
        origin["revision"] = naming.revision(part.code, part.entity, part.column)
    return origin


def _member(member: MemberPart, naming: Naming) -> Document:
    told: Document = {"rate": member.rate, "converted": member.converted}
    if member.exchange is not None:
        told |= {
            "currency": member.exchange.source,
            "into": member.exchange.wanted,
            "rate_kind": "closing" if member.exchange.is_closing else "average",
            "no_rate_of": list(member.exchange.lacking),
        }
    return told | _value(member.of, naming)


def _value(part: ValuePart, naming: Naming) -> Document:
    return {
        "code": part.code,
        "entity": part.entity,
        "period": naming.label(part.column),
        **_origin(part, naming),
    }
