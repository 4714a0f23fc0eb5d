"""Write perspectives, objectives, KPIs and links into the version of the plan that is edited."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from kpialign.interchange.applying.writing import BATCH, Writing
from kpialign.interchange.proposal import Entry
from kpis.models import KPI, Node, NodeDefinition, PlanVersion
from kpis.services.versions import version_to_edit
from objectives.models import CascadeLink, Objective, Perspective

DEFINITION = ("aggregation", "direction", "time_rollup", "entity_rollup", "formula")
KPI_FIELDS = ("name", "description", "category", "unit", "decimals", "frequency", "tags")
ARCHIVED = "archived"


def write_cascade(writing: Writing) -> None:
    """Write what the cascade consists of, then how it hangs together."""
    _write_perspectives(writing)
    sheets = writing.difference.sheets
    _write_nodes(sheets["objectives"].entries, Node.Kind.OBJECTIVE)
    _write_nodes(sheets["kpis"].entries, Node.Kind.KPI)
    _write_objectives(writing)
    _write_kpis(writing)
    entries = [*sheets["objectives"].entries, *sheets["kpis"].entries]
    _write_version(writing, [entry for entry in entries if _is_defined_otherwise(entry)])


def _is_defined_otherwise(entry: Entry) -> bool:
    """Tell whether a row changes what scores depend on, which a version of the plan holds."""
    old, new = entry.old, entry.new
    return old is None or any(
        getattr(old, name, "") != getattr(new, name, "") for name in DEFINITION
    )


def _write_version(writing: Writing, entries: list[Entry]) -> None:
    """Write definitions and links; one under which periods are closed is copied before."""
    links = writing.difference.sheets["links"]
    if entries or links.entries or links.removed:
        version = version_to_edit(by=writing.by, path=writing.path)
        _write_definitions(writing, version, entries)
        _write_links(writing, version)


def _write_perspectives(writing: Writing) -> None:
    merged = writing.proposal.sheets["perspectives"]
    changed = {entry.new.code for entry in writing.difference.sheets["perspectives"].changed}
    held = {one.code: one for one in Perspective.objects.filter(code__in=changed)}
    for code, perspective in held.items():
        perspective.name, perspective.financial = merged.final[code][1:]
    Perspective.objects.bulk_update(held.values(), ["name", "financial"], batch_size=BATCH)
    made = [row for code, row in merged.final.items() if code not in merged.stored]
    Perspective.objects.bulk_create([Perspective(**row._asdict()) for row in made])
    writing.tell("perspectives", "perspective")


def _write_nodes(entries: list[Entry], kind: str) -> None:
    """Write the identities, and whether they are archived."""
    now = timezone.now()
    made = [
        Node(code=e.new.code, kind=kind, archived_at=now if e.new.state == ARCHIVED else None)
        for e in entries
        if e.old is None
    ]
    Node.objects.bulk_create(made, batch_size=BATCH)
    turned = {e.new.code: e.new.state for e in entries if e.old and e.old.state != e.new.state}
    nodes = list(Node.objects.filter(code__in=turned))
    for node in nodes:
        node.archived_at = now if turned[node.code] == ARCHIVED else None
    Node.objects.bulk_update(nodes, ["archived_at"], batch_size=BATCH)


def _write_objectives(writing: Writing) -> None:
    perspectives = dict(Perspective.objects.values_list("code", "pk"))
    changes = writing.difference.sheets["objectives"]

    def objective(entry: Entry) -> Objective:
        row = entry.new
        return Objective(
            node_id=writing.nodes[row.code],
            name=row.name,
            description=row.description,
            perspective_id=perspectives.get(row.perspective),
            department_id=writing.departments.get(row.department),
            owner_id=writing.person(row.owner_email),
        )

    Objective.objects.bulk_create(map(objective, changes.added), batch_size=BATCH)
    fields = ["name", "description", "perspective", "department", "owner"]
    changed = list(map(objective, changes.changed))
    Objective.objects.bulk_update(changed, fields, batch_size=BATCH)
    writing.tell("objectives", "objective")


def _write_kpis(writing: Writing) -> None:
    changes = writing.difference.sheets["kpis"]

    def kpi(entry: Entry) -> KPI:
        row = entry.new
        return KPI(
            node_id=writing.nodes[row.code],
            department_id=writing.departments[row.department],
            owner_id=writing.person(row.owner_email),
            **{field: getattr(row, field) for field in KPI_FIELDS},
        )

    KPI.objects.bulk_create(map(kpi, changes.added), batch_size=BATCH)
    changed = list(map(kpi, changes.changed))
    KPI.objects.bulk_update(changed, [*KPI_FIELDS, "department", "owner"], batch_size=BATCH)
    _write_reported(writing, changes.entries)
    writing.tell("kpis", "kpi")


def _write_reported(writing: Writing, entries: Iterable[Entry]) -> None:
    """Write where the KPIs are reported, for those whose list differs."""
    through: Any = KPI.entities.through
    lists = {
        writing.nodes[e.new.code]: e.new.entities
        for e in entries
        if (e.old.entities if e.old else ()) != e.new.entities
    }
    pairs = [
        through(kpi_id=kpi, entity_id=writing.entities[code])
        for kpi, codes in lists.items()
        for code in codes
    ]
    for kpi in lists:
        through.objects.filter(kpi_id=kpi).delete()
    through.objects.bulk_create(pairs, batch_size=BATCH)


def _write_definitions(writing: Writing, version: PlanVersion, entries: list[Entry]) -> None:
    """Write what scores depend on; objectives have an aggregation alone."""
    held = {one.node_id: one for one in NodeDefinition.objects.filter(version=version)}
    made: list[NodeDefinition] = []
    changed: list[NodeDefinition] = []
    for entry in entries:
        node = writing.nodes[entry.new.code]
        definition = held.get(node) or NodeDefinition(version=version, node_id=node)
        for field in DEFINITION:
            setattr(definition, field, getattr(entry.new, field, ""))
        (changed if node in held else made).append(definition)
    NodeDefinition.objects.bulk_create(made, batch_size=BATCH)
    NodeDefinition.objects.bulk_update(changed, DEFINITION, batch_size=BATCH)


def _write_links(writing: Writing, version: PlanVersion) -> None:
    """Write the links that are new or other, and take away those no longer listed."""
    changes, nodes = writing.difference.sheets["links"], writing.nodes
    held = {}
    if changes.changed or changes.removed:
        for link in CascadeLink.objects.filter(version=version):
            held[link.parent_id, link.child_id] = link
    gone = [held[nodes[row.parent], nodes[row.child]].pk for row in changes.removed]
    for start in range(0, len(gone), BATCH):
        CascadeLink.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    made = [
        CascadeLink(version=version, parent_id=nodes[row.parent], child_id=nodes[row.child], **rest)
        for row, rest in ((entry.new, _link_fields(entry)) for entry in changes.added)
    ]
    CascadeLink.objects.bulk_create(made, batch_size=BATCH)
    changed = []
    for entry in changes.changed:
        link = held[nodes[entry.new.parent], nodes[entry.new.child]]
        for field, value in _link_fields(entry).items():
            setattr(link, field, value)
        changed.append(link)
    fields = ["weight", "kind", "lag", "rationale"]
    CascadeLink.objects.bulk_update(changed, fields, batch_size=BATCH)
    writing.tell("links", "link")


def _link_fields(entry: Entry) -> dict[str, Any]:
    row = entry.new
    return {"weight": row.weight, "kind": row.kind, "lag": row.lag, "rationale": row.rationale}
