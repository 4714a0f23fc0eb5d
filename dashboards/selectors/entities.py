"""Find entities by what somebody types, and lay them out as a tree to choose from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from organisation.models import Entity


@dataclass(frozen=True)
class Branch:
    """An entity in the tree, and what lies beneath it."""

    code: str
    name: str
    is_chosen: bool
    is_open: bool
    branches: Sequence["Branch"]


def all_entities() -> list[Entity]:
    """Read every entity, by code."""
    return list(Entity.objects.order_by("code"))


def option_names(entities: Sequence[Entity]) -> dict[str, str]:
    """Name entities so that each name stands for one: with the code where names are the same."""
    seen: dict[str, int] = {}
    for one in entities:
        seen[one.name.casefold()] = seen.get(one.name.casefold(), 0) + 1
    return {one.code: _option(one, is_only=seen[one.name.casefold()] == 1) for one in entities}


def matching(entities: Sequence[Entity], text: str) -> list[Entity]:
    """Find the entities that a text names: exactly, else by a part of name or code."""
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        return []
    options = option_names(entities)
    exact = [one for one in entities if one.code == text.strip()]
    exact = exact or [one for one in entities if options[one.code].casefold() == wanted]
    if exact:
        return exact
    words = wanted.split()
    return [one for one in entities if all(word in _text(one) for word in words)]


def tree(entities: Iterable[Entity], chosen: str) -> list[Branch]:
    """Lay entities out beneath their parents, open down to the chosen one."""
    children: dict[int | None, list[Entity]] = {}
    for one in entities:
        children.setdefault(one.parent_id, []).append(one)
    return _branches(children, None, chosen)


def _branches(
    children: Mapping[int | None, Sequence[Entity]], parent: int | None, chosen: str
) -> list[Branch]:
    found = []
    for one in children.get(parent, ()):
        inner = _branches(children, one.pk, chosen)
        is_open = parent is None or any(two.is_chosen or two.is_open for two in inner)
        found.append(Branch(one.code, one.name, one.code == chosen, is_open, inner))
    return found


def _option(entity: Entity, *, is_only: bool) -> str:
    return entity.name if is_only else f"{entity.name} ({entity.code})"


def _text(entity: Entity) -> str:
    return f"{entity.name} {entity.code}".casefold()
