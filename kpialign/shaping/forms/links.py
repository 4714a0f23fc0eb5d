"""The children of a parent as forms: one a link, and one for a child to be added."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.http import QueryDict

from kpialign.shaping import choices
from kpialign.shaping.forms.fields import NodeField, number_field
from kpialign.shaping.forms.nodes import ITSELF
from kpialign.shaping.forms.rows import RowForm

KINDS = [("contributes", "contributes"), ("drives", "drives")]


ALREADY = "It lies beneath already; its weight is above."
BENEATH_KPI = "An objective never lies beneath a KPI. Choose a KPI, or turn the link around."


class LinkForm(RowForm):
    """A child of the parent: its weight, kind, lag and rationale, or its end."""

    sheet = "links"
    weight = number_field("Weight")
    kind = forms.ChoiceField(label="Kind", choices=KINDS)
    lag = forms.CharField(
        required=False,
        max_length=4,
        label="Lag",
        widget=forms.TextInput(attrs={"class": "figure", "inputmode": "numeric"}),
    )
    rationale = forms.CharField(required=False, max_length=2_000, label="Rationale")
    unlink = forms.BooleanField(required=False, label="Unlink")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        name: str = "",
        key: Any = None,  # noqa: ANN401, parent and child
        row: Any = None,  # noqa: ANN401, the row of the sheet
        prefix: str | None = None,
    ) -> None:
        """Name each field by its child."""
        initial = {"kind": "contributes", "weight": "1"}
        super().__init__(data, key=key, row=row, prefix=prefix, initial=initial)
        self.row_name = name
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {name}"

    @property
    def unlinks(self) -> bool:
        """Whether the child is to leave this parent."""
        return bool(self.cleaned_data.get("unlink"))


class NewLinkForm(LinkForm):
    """A node that is there already, to be added beneath the parent too."""

    child = NodeField(max_length=300, required=False, label="Objective or KPI")
    field_order = ("child", "weight", "kind", "lag", "rationale")

    def __init__(
        self, data: QueryDict | None, *, parent: str, taken: Collection[str], only_kpis: bool
    ) -> None:
        """Offer the nodes that do not stand beneath the parent yet."""
        super().__init__(data, name="new child", key=(parent, ""), prefix="new")
        del self.fields["unlink"]
        field = self.fields["child"]
        assert isinstance(field, NodeField)
        found, kpis = choices.nodes(), dict(choices.nodes(only_kpis=True))
        refused = {code: BENEATH_KPI for code, _label in found if only_kpis and code not in kpis}
        refused |= dict.fromkeys(taken, ALREADY) | {parent: ITSELF}
        field.offer(found, refused)
        field.label = "KPI" if only_kpis else "Objective or KPI"
        field.widget.attrs["aria-label"] = f"{field.label} to add"
        self.order_fields(self.field_order)

    @property
    def child_code(self) -> str:
        """Give the code of the child that was chosen, empty if none was."""
        return str(self.cleaned_data.get("child", ""))
