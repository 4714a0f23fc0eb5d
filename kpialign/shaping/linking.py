"""Give a parent its children: what was changed, over what stands, so that nobody undoes others."""

from collections.abc import Sequence

from kpialign.interchange import stored
from kpialign.interchange.editing import fingerprint, stored_row
from kpialign.interchange.rows import LinkRow
from kpialign.shaping.forms.links import LinkForm, NewLinkForm
from kpialign.shaping.forms.nodes import NodeForm
from kpialign.shaping.forms.rows import RowForm
from kpialign.shaping.saving import MOST_TRIES, Edit, Saver, last_writer
from kpialign.shaping.texts import texts_of

Texts = dict[str, dict[str, str]]


def children_of(parent: str) -> dict[str, LinkRow]:
    """Return the links beneath a parent as they stand, by child."""
    return {row.child: row for row in stored.links().values() if row.parent == parent}


def save_links(
    saver: Saver, parent: str, links: Sequence[LinkForm], new: NewLinkForm
) -> int | None:
    """Write what was changed; return the number of links, None where it was refused."""
    for _attempt in range(MOST_TRIES):
        standing = children_of(parent)
        if _is_overtaken(saver, links, standing):
            return None
        if new.child_code in standing:
            new.add_error("child", "It stands beneath this already; change its weight above.")
            return None
        edit = _edit(parent, links, new, standing)
        if edit.is_empty:
            return 0
        count = saver.write(edit)
        if count is not None or saver.is_refused([*links, new]):
            return count
    saver.rest.add_error(None, "Others are changing the same links right now. Save again.")
    return None


def _is_overtaken(saver: Saver, links: Sequence[LinkForm], standing: dict[str, LinkRow]) -> bool:
    """Keep both values where somebody else changed the same link; tell of one that is gone."""
    found = False
    for form in links:
        now = standing.get(form.key[1])
        if form.unlinks or not form.changes:
            continue
        who, at = last_writer("links", form.key)
        if now is None:
            found = True
            saver.rest.add_error(None, f"{who} unlinked {form.row_name} meanwhile.")
        elif form.overtaken(now):
            found = True
            form.show_both(now, who, at)
    return found


def _edit(
    parent: str, links: Sequence[LinkForm], new: NewLinkForm, standing: dict[str, LinkRow]
) -> Edit:
    """Put together all the children that the parent is to have."""
    wanted: Texts = {child: texts_of(row) for child, row in standing.items()}
    before = {child: dict(row) for child, row in wanted.items()}
    typed: dict[str, RowForm] = {}
    for form in links:
        child = form.key[1]
        if form.unlinks:
            wanted.pop(child, None)
        elif child in wanted:
            wanted[child] |= form.changes
            typed[child] = form
    if new.child_code:
        wanted[new.child_code] = {**new.typed, "parent": parent, "child": new.child_code}
        typed[new.child_code] = new
    if wanted == before:
        return Edit()
    return _of(parent, wanted, typed)


def _of(parent: str, wanted: Texts, typed: dict[str, RowForm]) -> Edit:
    return Edit(
        rows={"links": list(wanted.values())},
        seen={("links", parent): fingerprint(stored_row("links", parent))},
        childless=() if wanted else (parent,),
        forms={"links": [typed.get(child) for child in wanted]},
    )


def place_beneath(form: NodeForm, edit: Edit) -> None:
    """Add to the making of a node its link beneath the parent that was chosen."""
    parent = form.cleaned_data.get("parent", "")
    if not parent:
        return
    wanted: Texts = {child: texts_of(row) for child, row in children_of(parent).items()}
    code = str(form.typed_key)
    plain = {"kind": "contributes", "lag": "", "rationale": ""}
    link = {"parent": parent, "child": code, "weight": form.cleaned_data["weight"], **plain}
    wanted[code] = link
    found = _of(parent, wanted, {code: form})
    edit.rows |= found.rows
    edit.seen |= found.seen
    edit.forms |= found.forms
