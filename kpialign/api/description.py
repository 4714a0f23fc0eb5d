"""What the code alone does not say in the description of the API: closed bodies, and ways on."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
Links = dict[str, dict[str, Any]]
BY_CODE = ("entities", "departments", "objectives", "kpis")
NODES = ("objectives", "kpis")
ARCHIVED = {"state": "archived", "why": "No longer needed"}


def keep_strict(
    result: Document,
    generator: object,  # noqa: ARG001, what the framework hands over
    request: object,  # noqa: ARG001
    public: bool,  # noqa: ARG001, FBT001
) -> Document:
    """Close every body to fields that are not declared; only a change may come without one."""
    for schema in result["components"]["schemas"].values():
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
    for path in result["paths"].values():
        for method in path.keys() & {"post", "put"}:
            path[method]["requestBody"]["required"] = True
    return result


def show_ways_on(
    result: Document,
    generator: object,  # noqa: ARG001, what the framework hands over
    request: object,  # noqa: ARG001
    public: bool,  # noqa: ARG001, FBT001
) -> Document:
    """Say which operations go on with what an answer holds."""
    operations = {
        told["operationId"]: told for path in result["paths"].values() for told in path.values()
    }
    for name, status, found in _ways_on():
        operations[name]["responses"][status].setdefault("links", {}).update(found)
    return result


def _ways_on() -> Iterator[tuple[str, str, Links]]:
    for tag in BY_CODE:
        yield f"{tag}_list", "200", _by_code(tag, "results/0/code")
        yield f"{tag}_create", "201", _by_code(tag, "code")
    for tag in NODES:
        archive = _way(f"{tag}_change", code="code") | {"requestBody": ARCHIVED}
        yield f"{tag}_create", "201", {"archive": archive, **_of_node("code")}
        yield f"{tag}_list", "200", _of_node("results/0/code")
    for name, status, place in (("list", "200", "results/0/"), ("create", "201", "")):
        yield f"links_{name}", status, _of_link(f"{place}parent", f"{place}child")


def _by_code(tag: str, place: str) -> Links:
    return {
        "read": _way(f"{tag}_read", code=place),
        "change": _way(f"{tag}_change", code=place),
    }


def _of_node(place: str) -> Links:
    return {
        "children": _way("links_of_parent", code=place),
        "replace_children": _way("links_replace", code=place),
        "scores": _way("scores_list", node=place),
        "explanation": _way("scores_explain", node=place),
        "findings": _way("findings_list", node=place),
        "actuals": _way("actuals_list", node=place),
        "targets": _way("targets_list", node=place),
    }


def _of_link(parent: str, child: str) -> Links:
    return {
        "children": _way("links_of_parent", code=parent),
        "replace_children": _way("links_replace", code=parent),
        "delete": _way("links_delete", code=parent, child=child),
    }


def _way(operation: str, **places: str) -> dict[str, Any]:
    """Lead to an operation, whose parameters stand at these places of the answer."""
    parameters = {name: f"$response.body#/{place}" for name, place in places.items()}
    return {"operationId": operation, "parameters": parameters}
