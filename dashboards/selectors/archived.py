"""Read what was archived: it is in no sum and on no board, and may be taken back."""

from dataclasses import dataclass
from datetime import datetime

from kpis.models import Node


@dataclass(frozen=True)
class ArchivedNode:
    """An archived objective or KPI."""

    code: str
    name: str
    is_kpi: bool
    archived_at: datetime


def archived_nodes() -> list[ArchivedNode]:
    """List what is archived, by name, in one query."""
    rows = Node.objects.exclude(archived_at=None).values_list(
        "code", "kind", "archived_at", "kpi__name", "objective__name"
    )
    found = [
        ArchivedNode(code, of_kpi or of_objective or code, kind == Node.Kind.KPI, at)
        for code, kind, at, of_kpi, of_objective in rows
        if at is not None
    ]
    return sorted(found, key=lambda one: (one.name, one.code))
