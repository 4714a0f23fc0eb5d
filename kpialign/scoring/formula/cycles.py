"""Loops in what refers to what, named."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def find_cycle(uses: Mapping[Key, Iterable[Key]]) -> list[Key] | None:
    """Find a loop and give its path, the first node once more at the end; None if there is none.

    >>> find_cycle({"a": ["b"], "b": ["c"], "c": ["a"]})
    ['a', 'b', 'c', 'a']
    >>> find_cycle({"a": ["b", "c"], "b": ["c"]}) is None
    True
    """
    finished: set[Key] = set()
    for start in uses:
        path: list[Key] = []
        on_path: set[Key] = set()
        stack: list[tuple[Key, bool]] = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                finished.add(node)
                on_path.discard(path.pop())
            elif node in on_path:
                return [*path[path.index(node) :], node]
            elif node not in finished:
                path.append(node)
                on_path.add(node)
                stack.append((node, True))
                stack.extend((used, False) for used in reversed(list(uses.get(node, ()))))
    return None


def in_order(uses: Mapping[Key, Iterable[Key]]) -> list[Key]:
    """Order the nodes so that each stands after all that it uses; there must be no loop.

    >>> in_order({"margin": ["profit", "revenue"], "profit": ["revenue"], "revenue": []})
    ['revenue', 'profit', 'margin']
    """
    done: dict[Key, None] = {}
    for start in uses:
        stack: list[tuple[Key, bool]] = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                done[node] = None
            elif node not in done:
                stack.append((node, True))
                stack.extend((used, False) for used in uses.get(node, ()) if used not in done)
    return list(done)
