"""Everything that an entity's scores depend on, as bytes that a snapshot keeps; pure.

The bytes are zlib's of: the length of a header, little-endian uint32; the header, JSON; then the
arrays that the header names with their types and sizes, one after the other, little-endian.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from kpialign.scoring.arrays import BoolArray, IntArray
from kpialign.scoring.inputs import (
    LENGTHS,
    ActualArrays,
    Calendar,
    CascadeInput,
    EntityInput,
    KpiInput,
    Length,
    LinkInput,
    NodeInput,
    TargetArrays,
)

FORMAT = 1
SIZE = np.dtype("<u4")
TYPES = {"i": "<i8", "f": "<f8", "b": "|b1"}
ACTUALS = {"kpi": "i", "entity": "i", "period": "i", "value": "f", "provisional": "b"}
TARGETS = {
    **dict.fromkeys(("kpi", "entity", "length", "period"), "i"),
    **dict.fromkeys(("baseline", "target", "low", "high"), "f"),
}
LINKS = {"parent": "i", "child": "i", "weight": "f"}


class FormatError(ValueError):
    """The bytes are of another format than this version of the product reads."""


@dataclass(frozen=True, eq=False)
class Frozen:
    """The inputs of an entity and those below it, the entity first.

    `revisions` are the numbers of the revisions that the actuals are, `labels` those of the
    columns' periods.
    """

    inputs: CascadeInput
    revisions: IntArray
    labels: tuple[str, ...]

    def column(self, label: str) -> int | None:
        """Return the column of a period; None where there are no scores at that time."""
        return self.labels.index(label) if label in self.labels else None

    @cached_property
    def revision_numbers(self) -> Mapping[tuple[str, str, str], int]:
        """Map each actual, by the codes of KPI and entity and its period, to its revision."""
        inputs, actuals = self.inputs, self.inputs.actuals
        found = {}
        for at, number in enumerate(self.revisions.tolist()):
            node = inputs.nodes[actuals.kpi[at]]
            assert node.kpi is not None  # what has an actual is a KPI
            column = inputs.calendar.column(node.kpi.length, int(actuals.period[at]))
            entity = inputs.entities[actuals.entity[at]].key
            found[node.key, entity, self.labels[column]] = number
        return found


def cut(frozen: Frozen, entity: int) -> Frozen:
    """Keep of the inputs what the entity at this position and those below it depend on."""
    inputs = frozen.inputs
    place: dict[int, int] = {entity: 0}
    for position, one in enumerate(inputs.entities):  # parents stand before children
        if one.parent in place:
            place[position] = len(place)
    entities = tuple(
        replace(inputs.entities[old], parent=place.get(inputs.entities[old].parent, -1))
        for old in place
    )
    new = np.full(len(inputs.entities), -1, dtype=np.int64)
    new[list(place)] = list(place.values())
    actuals, taken = _at(inputs.actuals, ACTUALS, new)
    targets, _ = _at(inputs.targets, TARGETS, new)
    return Frozen(
        inputs=replace(
            inputs,
            entities=entities,
            nodes=tuple(_reported_within(node, place) for node in inputs.nodes),
            actuals=ActualArrays(**actuals),
            targets=TargetArrays(**targets),
        ),
        revisions=frozen.revisions[taken],
        labels=frozen.labels,
    )


def _at(
    arrays: ActualArrays | TargetArrays, fields: Iterable[str], new: IntArray
) -> tuple[dict[str, Any], BoolArray]:
    """Take the rows of the entities that have a new position, and give them that position."""
    taken: BoolArray = new[arrays.entity] >= 0
    cells = {name: getattr(arrays, name)[taken] for name in fields}
    return cells | {"entity": new[cells["entity"]]}, taken


def _reported_within(node: NodeInput, place: Mapping[int, int]) -> NodeInput:
    if node.kpi is None or node.kpi.reported_at is None:
        return node
    within = tuple(sorted(place[one] for one in node.kpi.reported_at if one in place))
    return replace(node, kpi=replace(node.kpi, reported_at=within))


def pack(frozen: Frozen) -> bytes:
    """Put inputs into bytes; the same inputs always give the same."""
    inputs = frozen.inputs
    arrays = _arrays(frozen)
    header = {
        "format": FORMAT,
        "labels": frozen.labels,
        "currency": inputs.currency,
        "span": [inputs.span_start, inputs.span_end],
        "entities": [
            [one.key, one.parent, one.currency, one.active_from, one.active_to]
            for one in inputs.entities
        ],
        "nodes": [_packed_node(node) for node in inputs.nodes],
        "rates": [[currency, length] for currency in sorted(inputs.rates) for length in LENGTHS],
        "arrays": [[name, kind, len(array)] for name, kind, array in arrays],
    }
    told = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    parts = [np.array(len(told), dtype=SIZE).tobytes(), told]
    parts += [np.ascontiguousarray(array, dtype=TYPES[kind]).tobytes() for _, kind, array in arrays]
    return zlib.compress(b"".join(parts), 6)


def _packed_node(node: NodeInput) -> list[object]:
    kpi = node.kpi
    measured = kpi and [
        kpi.length,
        kpi.direction,
        kpi.time_rollup,
        kpi.entity_rollup,
        kpi.formula,
        kpi.is_money,
        kpi.reported_at,
    ]
    return [node.key, node.aggregation, node.archived, measured]


def _arrays(frozen: Frozen) -> list[tuple[str, str, Any]]:
    """List the arrays by name, with what kind they are of."""
    inputs = frozen.inputs
    found: list[tuple[str, str, Any]] = [
        ("month_starts", "i", inputs.calendar.month_starts),
        ("month_ends", "i", inputs.calendar.month_ends),
        ("revisions", "i", frozen.revisions),
    ]
    found += [
        (f"actual {name}", kind, getattr(inputs.actuals, name)) for name, kind in ACTUALS.items()
    ]
    found += [
        (f"target {name}", kind, getattr(inputs.targets, name)) for name, kind in TARGETS.items()
    ]
    for name, kind in LINKS.items():
        found.append((f"link {name}", kind, np.array([getattr(one, name) for one in inputs.links])))
    for currency in sorted(inputs.rates):
        for length in LENGTHS:
            average, closing = inputs.rates[currency][length]
            found += [("average", "f", average), ("closing", "f", closing)]
    return found


def unpack(data: bytes) -> Frozen:
    """Take inputs from their bytes; raise FormatError where they are of another format."""
    plain = zlib.decompress(data)
    start = SIZE.itemsize
    size = int(np.frombuffer(plain, SIZE, 1)[0])
    header = json.loads(plain[start : start + size])
    if header["format"] != FORMAT:
        raise FormatError(f"format {header['format']} of frozen inputs is not {FORMAT}")
    at, arrays = start + size, []
    for _, kind, length in header["arrays"]:
        array = np.frombuffer(plain, TYPES[kind], length, at)
        at += array.nbytes
        arrays.append(array)
    names = [name for name, _, _ in header["arrays"]]
    named = dict(zip(names, arrays, strict=True))
    rates = iter(arrays[names.index("average") :] if "average" in names else [])
    return Frozen(_inputs(header, named, rates), named["revisions"], tuple(header["labels"]))


def _inputs(header: Mapping[str, Any], named: Mapping[str, Any], rates: Any) -> CascadeInput:  # noqa: ANN401, an iterator of arrays
    found: dict[str, dict[Length, Any]] = {}
    for currency, length in header["rates"]:
        found.setdefault(currency, {})[Length(length)] = (next(rates), next(rates))
    columns = [named[f"link {name}"].tolist() for name in LINKS]
    return CascadeInput(
        calendar=Calendar(named["month_starts"], named["month_ends"]),
        currency=header["currency"],
        entities=tuple(EntityInput(*one) for one in header["entities"]),
        nodes=tuple(_unpacked_node(*one) for one in header["nodes"]),
        links=tuple(LinkInput(*one) for one in zip(*columns, strict=True)),
        actuals=ActualArrays(**{name: named[f"actual {name}"] for name in ACTUALS}),
        targets=TargetArrays(**{name: named[f"target {name}"] for name in TARGETS}),
        rates=found,
        span_start=header["span"][0],
        span_end=header["span"][1],
    )


def _unpacked_node(key: str, aggregation: Any, archived: bool, kpi: Any) -> NodeInput:  # noqa: ANN401, FBT001, read from JSON
    measured = None
    if kpi:
        length, direction, time_rollup, entity_rollup, formula, is_money, reported = kpi
        measured = KpiInput(
            length=Length(length),
            direction=direction,
            time_rollup=time_rollup,
            entity_rollup=entity_rollup,
            formula=formula,
            is_money=is_money,
            reported_at=None if reported is None else tuple(reported),
        )
    return NodeInput(key, measured, aggregation, archived)


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes."""
    return sha256(data).hexdigest()


def seal(
    facts: Mapping[str, object], parts: Sequence[str], blocks: Iterable[tuple[int, bytes]]
) -> str:
    """Return the SHA-256 over a snapshot: its facts, the digests of its parts, its blocks."""
    told = [facts, list(parts), [[number, digest(data)] for number, data in blocks]]
    return digest(json.dumps(told, sort_keys=True, separators=(",", ":")).encode())
