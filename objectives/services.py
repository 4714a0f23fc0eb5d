"""Change the cascade: which children a parent has, with their weights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from django.db import transaction
from django.db.models import F

from kpis.models import Node, PlanVersion
from objectives.errors import LoopError, ObjectiveBeneathKPIError
from objectives.models import CascadeLink
from organisation.models import User
from organisation.services import recompute, trail

BATCH = 500
FIELDS = ("weight", "kind", "lag", "rationale")
Pair = tuple[int, int]


@dataclass(frozen=True)
class LinkChange:
    """A child as its parent wants it."""

    child: Node
    weight: Decimal
    kind: str = CascadeLink.Kind.CONTRIBUTES
    lag: int | None = None
    rationale: str = ""


def lock_version(version: PlanVersion) -> None:
    """Hold the plan version until the transaction ends: one edit of a cascade at a time."""
    PlanVersion.objects.filter(pk=version.pk).update(edit_count=F("edit_count") + 1)


@transaction.atomic
def replace_links(
    *,
    version: PlanVersion,
    children: Mapping[Node, Sequence[LinkChange]],
    by: User | None,
    path: str,
    why: str = "",
) -> tuple[int, int]:
    """Give each parent exactly these children; return how many links were added and changed.

    A link taken away counts as changed. Raises LoopError or ObjectiveBeneathKPIError, and then
    writes nothing.
    """
    lock_version(version)
    _refuse_objective_beneath_kpi(children)
    parents = {parent.pk: parent for parent in children}
    held = {
        (link.parent_id, link.child_id): link
        for link in CascadeLink.objects.filter(version=version).select_related("parent", "child")
        if link.parent_id in parents
    }
    wanted = {
        (parent.pk, change.child.pk): _row(version, parent, change)
        for parent, changes in children.items()
        for change in changes
    }
    added = [row for pair, row in wanted.items() if pair not in held]
    gone = [row for pair, row in held.items() if pair not in wanted]
    changed = [held[p] for p, row in wanted.items() if p in held and _facts(held[p]) != _facts(row)]
    _trail(added, gone, changed, wanted, by=by, path=path, why=why)
    _write(added, gone, changed, wanted)
    _refuse_loop(version)
    touched = {link.parent.code for link in (*added, *gone, *changed)}
    reached = [recompute.Change("node", code) for code in touched]
    recompute.request_recomputes(reached, by=by, why="Links changed")
    return len(added), len(gone) + len(changed)


def _row(version: PlanVersion, parent: Node, change: LinkChange) -> CascadeLink:
    return CascadeLink(
        version=version,
        parent=parent,
        child=change.child,
        weight=change.weight,
        kind=change.kind,
        lag=change.lag,
        rationale=change.rationale,
    )


def _facts(link: CascadeLink) -> dict[str, object]:
    return {field: getattr(link, field) for field in FIELDS}


def _refuse_objective_beneath_kpi(children: Mapping[Node, Sequence[LinkChange]]) -> None:
    for parent, changes in children.items():
        for change in changes:
            if parent.kind == Node.Kind.KPI and change.child.kind == Node.Kind.OBJECTIVE:
                message = f"{change.child.code} is an objective: it cannot stand beneath the KPI"
                raise ObjectiveBeneathKPIError(f"{message} {parent.code}.")


def _write(
    added: Sequence[CascadeLink],
    gone: Sequence[CascadeLink],
    changed: Sequence[CascadeLink],
    wanted: Mapping[Pair, CascadeLink],
) -> None:
    CascadeLink.objects.filter(pk__in=[link.pk for link in gone]).delete()
    CascadeLink.objects.bulk_create(added, batch_size=BATCH)
    for link in changed:
        for field, value in _facts(wanted[link.parent_id, link.child_id]).items():
            setattr(link, field, value)
    CascadeLink.objects.bulk_update(changed, list(FIELDS), batch_size=BATCH)


def _trail(
    added: Sequence[CascadeLink],
    gone: Sequence[CascadeLink],
    changed: Sequence[CascadeLink],
    wanted: Mapping[Pair, CascadeLink],
    *,
    by: User | None,
    path: str,
    why: str,
) -> None:
    told = [
        *(("link", link, None, _facts(link)) for link in added),
        *(("unlink", link, _facts(link), None) for link in gone),
        *(
            ("reweight", link, _facts(link), _facts(wanted[link.parent_id, link.child_id]))
            for link in changed
        ),
    ]
    writes = [
        trail.Written(
            action=action,
            subject_kind="link",
            subject_key=f"{link.parent.code} {link.child.code}",
            before=before,
            after=after,
            why=why,
        )
        for action, link, before, after in told
    ]
    trail.record_many(writes, actor=by, path=path)


def _refuse_loop(version: PlanVersion) -> None:
    """Check the whole graph, contributes and drives together, as it now stands."""
    pairs = CascadeLink.objects.filter(version=version).values_list("parent__code", "child__code")
    loop = loop_in(pairs)
    if loop:
        raise LoopError(loop)


def loop_in(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return the codes around one loop of the links, the first repeated last; empty if none.

    >>> loop_in([("A", "B"), ("B", "C"), ("C", "A"), ("A", "D")])[0] in "ABC"
    True
    >>> loop_in([("A", "B"), ("A", "C"), ("B", "C")])
    []
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for parent, child in pairs:
        sorter.add(child, parent)
    try:
        sorter.prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
