"""The strategy map: perspectives as bands, nodes as boxes, links as wide as their weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

MARGIN, FEWEST, PER_ROW = 16.0, 5, 8  # lanes: as few as fill a screen; boxes in a row at most
BOX_WIDTH, BOX_HEIGHT = 172.0, 62.0
STEP = BOX_WIDTH + 18.0
GAP_Y, HEAD, FOOT, BAND_GAP = 44.0, 32.0, 18.0, 12.0  # the name of a band stands in its head
LETTERS, LINES = 24, 2  # what a box holds of a name
NARROWEST, WIDEST = 1.0, 5.0
BEND = 26.0


@dataclass(frozen=True)
class MapNode:
    """A node to be drawn: in which band, and how deep beneath the top."""

    code: str
    name: str
    band: str
    depth: int
    has_lane: bool = True  # an objective: others stand where their parents stand


@dataclass(frozen=True)
class MapLink:
    """A link to be drawn; `share` is its weight as a part of its parent's links."""

    parent: str
    child: str
    share: float
    is_drive: bool = False


@dataclass(frozen=True)
class Band:
    """A perspective across the map."""

    name: str
    top: float
    height: float


@dataclass(frozen=True)
class Box:
    """Where a node stands, and its name in lines that fit."""

    code: str
    left: float
    top: float
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        """The middle from left to right."""
        return self.left + BOX_WIDTH / 2


@dataclass(frozen=True)
class Line:
    """A link as a path from child to parent."""

    parent: str
    child: str
    path: str
    width: str
    is_drive: bool


@dataclass(frozen=True)
class StrategyMap:
    """The shapes of the map, in pixels."""

    width: float
    height: float
    bands: Sequence[Band]
    boxes: Sequence[Box]
    lines: Sequence[Line]


def strategy_map(
    bands: Sequence[tuple[str, str]], nodes: Sequence[MapNode], links: Sequence[MapLink]
) -> StrategyMap:
    """Place nodes in bands from the top, parents above children, and draw the links between them.

    >>> nodes = [MapNode("V", "Value", "F", 0), MapNode("G", "Growth", "M", 1)]
    >>> drawn = strategy_map([("F", "Financial"), ("M", "Market")], nodes, [MapLink("V", "G", 1.0)])
    >>> [(box.code, box.top) for box in drawn.boxes], drawn.lines[0].width
    ([('V', 32.0), ('G', 156.0)], '5.0')
    """
    rows = [(name, _rows([node for node in nodes if node.band == code])) for code, name in bands]
    lanes = _lanes(nodes, links)
    longest = max((len(row) for _, some in rows for row in some), default=0)
    room = max(FEWEST, longest, *(lane + 1 for lane in lanes.values()), 1)
    placed: dict[str, Box] = {}
    drawn: list[Band] = []
    top = 0.0
    for name, some in rows:
        if not some:
            continue
        first = top
        top += HEAD
        for row in some:
            _place(row, top, room, _wanted(row, lanes, links, placed), placed)
            top += BOX_HEIGHT + GAP_Y
        top += FOOT - GAP_Y
        drawn.append(Band(name, first, top - first))
        top += BAND_GAP
    lines = [_line(link, placed) for link in links if {link.parent, link.child} <= placed.keys()]
    width = MARGIN + (room - 1) * STEP + BOX_WIDTH + MARGIN
    return StrategyMap(width, max(top - BAND_GAP, 0.0), drawn, list(placed.values()), lines)


def _rows(nodes: Sequence[MapNode]) -> list[list[MapNode]]:
    """Cut a band into rows: one for each depth, more where it is long."""
    rows = []
    for depth in sorted({node.depth for node in nodes}):
        level = sorted(
            (node for node in nodes if node.depth == depth), key=lambda node: (node.name, node.code)
        )
        rows += [level[start : start + PER_ROW] for start in range(0, len(level), PER_ROW)]
    return rows


def _lanes(nodes: Sequence[MapNode], links: Sequence[MapLink]) -> dict[str, float]:
    """Give each objective a lane of its own, and each above others the middle of theirs."""
    known = {node.code: node for node in nodes if node.has_lane}
    children: dict[str, list[str]] = {}
    for link in links:
        if link.child in known and link.parent in known and not link.is_drive:
            children.setdefault(link.parent, []).append(link.child)
    lanes: dict[str, float] = {}
    ends = 0

    def give(code: str) -> float:
        nonlocal ends
        if code not in lanes:
            inside = [give(child) for child in children.get(code, ())]
            if not inside:
                ends += 1
            lanes[code] = sum(inside) / len(inside) if inside else float(ends - 1)
        return lanes[code]

    for node in sorted(known.values(), key=lambda node: node.depth):
        give(node.code)
    return {code: min(lane, float(PER_ROW)) for code, lane in lanes.items()}


def _wanted(
    row: Sequence[MapNode],
    lanes: Mapping[str, float],
    links: Sequence[MapLink],
    placed: Mapping[str, Box],
) -> dict[str, float]:
    """Say in which lane each node of a row would stand best: its own, or its parents' middle."""
    wanted = {}
    for node in row:
        parents = [
            (placed[link.parent].left - MARGIN) / STEP
            for link in links
            if link.child == node.code and link.parent in placed and not link.is_drive
        ]
        middle = sum(parents) / len(parents) if parents else 0.0
        wanted[node.code] = lanes.get(node.code, middle)
    return wanted


def _place(
    row: Sequence[MapNode],
    top: float,
    room: float,
    wanted: Mapping[str, float],
    placed: dict[str, Box],
) -> None:
    """Place a row as near to where its nodes want to stand as the room allows."""
    ordered = sorted(row, key=lambda node: wanted[node.code])
    at = [wanted[node.code] for node in ordered]
    for place in range(1, len(at)):
        at[place] = max(at[place], at[place - 1] + 1)
    for place in reversed(range(len(at))):
        at[place] = min(at[place], room - 1 if place == len(at) - 1 else at[place + 1] - 1)
    for node, lane in zip(ordered, at, strict=True):
        placed[node.code] = Box(node.code, MARGIN + lane * STEP, top, _cut(node.name))


def _cut(name: str) -> tuple[str, ...]:
    lines = wrap(name, LETTERS) or [name]
    if len(lines) > LINES:
        lines = [lines[0], lines[1][: LETTERS - 1].rstrip() + "…"]
    return tuple(line if len(line) <= LETTERS else line[: LETTERS - 1] + "…" for line in lines)


def _line(link: MapLink, placed: Mapping[str, Box]) -> Line:
    child, parent = placed[link.child], placed[link.parent]
    width = NARROWEST + (WIDEST - NARROWEST) * link.share
    return Line(
        link.parent,
        link.child,
        _path(child, parent, shift=14.0 if link.is_drive else 0.0),
        "1.5" if link.is_drive else f"{width:.1f}",
        link.is_drive,
    )


def _path(child: Box, parent: Box, *, shift: float) -> str:
    """Draw from a child along its own lane, and bend towards the parent only next to it."""
    x1, x2 = child.middle + shift, parent.middle + shift
    if child.top > parent.top:
        y1, y2 = child.top, parent.top + BOX_HEIGHT
        turn = min(y1, y2 + GAP_Y)
        bend1, bend2 = turn - BEND, y2 + BEND
    elif child.top < parent.top:
        y1, y2 = child.top + BOX_HEIGHT, parent.top
        turn = max(y1, y2 - GAP_Y)
        bend1, bend2 = turn + BEND, y2 - BEND
    else:
        y1 = y2 = turn = child.top + BOX_HEIGHT
        bend1 = bend2 = y1 + BEND
    straight = "" if turn == y1 else f"V{turn:.1f}"
    return (
        f"M{x1:.1f} {y1:.1f}{straight}C{x1:.1f} {bend1:.1f} {x2:.1f} {bend2:.1f} {x2:.1f} {y2:.1f}"
    )
