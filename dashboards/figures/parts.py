"""What each part gives of what it could give: a solid bar inside an outlined one."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.finished import finished

ROOM = 1.5  # how much longer than the longest bar the axis is, for its label


@dataclass(frozen=True)
class Part:
    """One part: its name, the points it gives and the most it could give, and its label."""

    name: str
    gives: float
    most: float
    text: str


def parts_figure(parts: Sequence[Part]) -> dict[str, object]:
    """Draw the parts of a score from the top down; what is unknown gives no bar."""
    names = [part.name for part in parts]
    most = {
        "type": "bar",
        "orientation": "h",
        "name": "could give",
        "y": names,
        "x": [part.most for part in parts],
        "text": [part.text for part in parts],
        "textposition": "outside",
        "hoverinfo": "skip",
        "cliponaxis": False,
        "meta": {"role": "target"},
    }
    gives = {
        "type": "bar",
        "orientation": "h",
        "name": "gives",
        "y": names,
        "x": [part.gives for part in parts],
        "customdata": [part.text for part in parts],
        "hovertemplate": "%{y}: %{customdata}<extra></extra>",
        "meta": {"role": "actual"},
    }
    longest = max((part.most for part in parts), default=0.0)
    layout = {
        "barmode": "overlay",
        "xaxis": {"range": [0, longest * ROOM], "showticklabels": False, "showgrid": False},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False, "dtick": 1},
    }
    return finished([most, gives], layout)
