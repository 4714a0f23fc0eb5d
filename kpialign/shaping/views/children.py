"""The children of an objective or KPI: add, weigh, unlink."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from kpialign.shaping.answering import METHODS, answer, are_valid, is_told, posted, saver_of
from kpialign.shaping.forms.links import LinkForm, NewLinkForm
from kpialign.shaping.forms.rows import WhyForm
from kpialign.shaping.linking import children_of, save_links
from kpialign.shaping.reading import get_node_to_edit, is_objective, nodes, shares
from organisation.permissions import can_edit_cascade, requires

PREFIX, SEEN = "child-", "-seen"


@require_http_methods(METHODS)
@requires(can_edit_cascade)
def children(request: HttpRequest, code: str) -> HttpResponse:
    """Show what lies beneath a node, with weights; save what was changed of it."""
    parent, why = get_node_to_edit(code), WhyForm(posted(request))
    links, new = _links(request, code), _new(request, code)
    if request.method == "POST" and _is_saved(request, code, links, new, why):
        return redirect("shape_children", code)
    context = {
        "parent": parent,
        "is_objective": is_objective(parent),
        "rows": _rows(code, links),
        "new": new,
    }
    return answer(request, "shaping/children.html", context, [*links, new], why)


def _is_saved(
    request: HttpRequest, code: str, links: list[LinkForm], new: NewLinkForm, why: WhyForm
) -> bool:
    if not are_valid([*links, new, why]):
        return False
    return is_told(request, save_links(saver_of(request, why), code, links, new))


def _links(request: HttpRequest, code: str) -> list[LinkForm]:
    """Make a form for each child that the person was shown."""
    known, standing, data = nodes(), children_of(code), posted(request)
    shown = list(standing)
    if data is not None:
        kept = [name for name in data if name.startswith(PREFIX) and name.endswith(SEEN)]
        shown = [name[len(PREFIX) : -len(SEEN)] for name in kept]
    return [
        LinkForm(
            data,
            name=known.name(child),
            key=(code, child),
            row=standing.get(child),
            prefix=PREFIX + child,
        )
        for child in shown
    ]


def _new(request: HttpRequest, code: str) -> NewLinkForm:
    """Make the form of a child to be added."""
    only_kpis = not is_objective(get_node_to_edit(code))
    taken = children_of(code).keys()
    return NewLinkForm(posted(request), parent=code, taken=taken, only_kpis=only_kpis)


def _rows(code: str, links: list[LinkForm]) -> list[dict[str, Any]]:
    """Put beside each link its child and its part of the whole; others' new ones come along."""
    known, standing = nodes(), children_of(code)
    parts, forms = shares(standing, known), {form.key[1]: form for form in links}
    rows = []
    for child, row in standing.items():
        name = known.name(child)
        shown = forms.get(child) or LinkForm(
            None, name=name, key=(code, child), row=row, prefix=PREFIX + child
        )
        node = known.get(child)
        is_own = node is not None and is_objective(node)
        rows.append({"form": shown, "node": node, "part": parts[child], "is_objective": is_own})
    return rows
