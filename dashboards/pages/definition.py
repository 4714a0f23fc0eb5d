"""What defines a KPI, as a list of words and values."""

from dashboards.pages.measures import BAND
from dashboards.selectors.cascade import NodeFacts

DIRECTIONS = {"higher": "Higher is better", "lower": "Lower is better", BAND: "Within a band"}
ROLLUPS = {
    "sum": "the sum of its own periods",
    "average": "the mean of its own periods",
    "last": "the last of its own periods",
    "formula": "the formula on inputs of the longer period",
}


def definition(node: NodeFacts) -> list[tuple[str, str]]:
    """List what defines the KPI."""
    facts = [
        ("Meaning", node.description),
        ("Direction", DIRECTIONS.get(node.direction, "")),
        ("Unit", "money of the entity" if node.unit == "money" else node.unit),
        ("Measured", node.frequency),
        ("Longer periods", ROLLUPS.get(node.time_rollup, "")),
        ("Category", node.category),
        ("Department", node.department_name),
        ("Owner", node.owner),
        ("Code", node.code),
    ]
    return [(word, value) for word, value in facts if value]
