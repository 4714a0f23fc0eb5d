"""Find objectives, KPIs, departments and entities by the words that people know them by."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from kpis.models import Node
from organisation.models import Department, Entity

MOST_SHOWN = 50
LONGEST_QUERY = 200


@dataclass(frozen=True)
class Place:
    """Something to go to: what it is, its name and code, where it lies, and other words for it."""

    kind: str
    name: str
    url: str
    code: str = ""
    note: str = ""
    synonyms: str = ""


@dataclass(frozen=True)
class Results:
    """What was found, the best first, and how many more there are."""

    query: str
    places: Sequence[Place]
    more_count: int


def search(query: str, pages: Iterable[Place]) -> Results:
    """Search pages, objectives, KPIs, departments and entities, in three queries.

    Each word of the query must begin a word of the name, the code or a tag. Names that begin with
    the query, and the code itself, come first.
    """
    asked = " ".join(query[:LONGEST_QUERY].split())
    if not asked:
        return Results("", [], 0)
    words = _words(asked)
    found = [one for one in (*pages, *_nodes(), *_departments(), *_entities()) if _fits(one, words)]
    ordered = sorted(found, key=lambda one: _rank(one, asked.casefold()))
    return Results(asked, ordered[:MOST_SHOWN], max(0, len(ordered) - MOST_SHOWN))


def _words(text: str) -> list[str]:
    """Split a text into what can be searched for: `ON-TIME` by either word, or whole."""
    folded = text.casefold()
    return [*folded.split(), *(word for word in re.split(r"[\s\-._/&]+", folded) if word)]


def _fits(place: Place, words: Sequence[str]) -> bool:
    held = _words(f"{place.name} {place.code} {place.synonyms}")
    return bool(words) and all(any(one.startswith(word) for one in held) for word in words)


def _rank(place: Place, asked: str) -> tuple[bool, bool, str, str]:
    name = place.name.casefold()
    return place.code.casefold() != asked, not name.startswith(asked), name, place.code


def _nodes() -> list[Place]:
    rows = Node.objects.filter(archived_at=None).values_list(
        "code",
        "kind",
        "kpi__name",
        "objective__name",
        "kpi__department__name",
        "objective__department__name",
        "kpi__tags",
    )
    places = []
    for code, kind, kpi, objective, department, other, tags in rows:
        is_kpi = kind == Node.Kind.KPI
        places.append(
            Place(
                kind="KPI" if is_kpi else "Objective",
                name=(kpi if is_kpi else objective) or code,
                url=reverse("kpi" if is_kpi else "objective", args=[code]),
                code=code,
                note=(department if is_kpi else other) or "",
                synonyms=tags or "",
            )
        )
    return places


def _departments() -> list[Place]:
    return [
        Place("Department", one.name, reverse("department", args=[one.code]), one.code)
        for one in Department.objects.all()
    ]


def _entities() -> list[Place]:
    """List the entities, each leading to its own enterprise page; one alone is no place."""
    rows = list(Entity.objects.select_related("parent"))
    return [
        Place(
            kind="Entity",
            name=one.name,
            url=f"{reverse('enterprise')}?{urlencode({'entity': one.code})}",
            code=one.code,
            note=f"in {one.parent.name}" if one.parent else "",
        )
        for one in rows
        if len(rows) > 1
    ]
