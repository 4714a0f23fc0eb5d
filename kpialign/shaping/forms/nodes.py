"""Objectives and KPIs as forms; each choice says what it means."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from dashboards.pages.measures import named
from kpialign.interchange.editing import FIRST_ROW
from kpialign.interchange.problems import Problem
from kpialign.scoring.formula import FormulaError, parse
from kpialign.shaping import choices
from kpialign.shaping.forms.fields import (
    NodeField,
    code_field,
    name_field,
    number_field,
    one_of,
    text_area,
)
from kpialign.shaping.forms.rows import RowForm
from kpialign.shaping.problems import sentence
from kpialign.shaping.texts import plain
from kpis.models import KPI

AGGREGATIONS = [
    ("arithmetic", "Weighted mean: a strong child can make up for a weak one"),
    ("geometric", "Weighted geometric mean: a weak child weighs more, one at zero makes it zero"),
    ("weakest", "Weakest child: the worst score decides"),
]
DIRECTIONS = [
    ("higher", "Higher is better"),
    ("lower", "Lower is better"),
    ("band", "Within a band: best between two edges, worse on both sides"),
]
FREQUENCIES = [("monthly", "Every month"), ("quarterly", "Every quarter"), ("annual", "Every year")]
TIME_ROLLUPS = [
    ("sum", "Sum: a quarter is the sum of its months, such as revenue"),
    ("average", "Average: a quarter is the mean of its months, such as headcount"),
    ("last", "Last: a quarter is its last month, such as a balance"),
    ("formula", "Formula: calculated anew from the quarter's inputs, such as a margin"),
]
ENTITY_ROLLUPS = [
    ("", "As usual: by the formula if there is one, else entered in the group itself"),
    ("sum", "Sum of the members"),
    ("average", "Average of the members"),
    ("formula", "Formula: calculated from the group's inputs, never averaged"),
    ("none", "None: only what is entered in the group itself counts"),
]
CHILDREN_HINT = "How the scores of what lies beneath become one."
ITSELF = "Nothing lies beneath itself. Choose another one."
SERVES = "It serves this already; its weight is changed there."
OWNER_HINT = "Whose name stands beside it. Owning gives no rights."


class NodeForm(RowForm):
    """What objectives and KPIs have in common: what they are called, and where they stand."""

    code = code_field("REVENUE")
    name = name_field()
    description = text_area("Description")
    aggregation = one_of("Score from what lies beneath", AGGREGATIONS, CHILDREN_HINT)
    owner_email = forms.ChoiceField(label="Owner", required=False, help_text=OWNER_HINT)
    parent = NodeField(
        max_length=300,
        required=False,
        label="Beneath",
        help_text="The objective or KPI that it serves; more than one can be added later.",
    )
    weight = number_field("Weight", "Beside its siblings: 2 counts twice as much as 1.")
    only_objectives_above = False
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        key: str | None = None,
        row: Any = None,  # noqa: ANN401, the row of any sheet
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        """Offer what there is; a code is chosen once, and parents are added elsewhere later."""
        given = {"aggregation": "arithmetic", "weight": "1", **(initial or {})}
        super().__init__(data, key=key, row=row, initial=given)
        owner = [row.owner_email] if row and row.owner_email else []
        self.fields["owner_email"].choices = choices.people(owner)  # type: ignore[attr-defined]
        if row is not None:
            del self.fields["code"]
        if row is not None and not choices.is_used(row):
            del self.fields["parent"], self.fields["weight"]
            return
        parent = self.fields["parent"]
        assert isinstance(parent, NodeField)
        if self.only_objectives_above:
            parent.help_text = "The objective that it serves; empty: it stands at the top."
        held = choices.parents(key) if key else {}
        refused = dict.fromkeys(held, SERVES) | ({key: ITSELF} if key else {})
        parent.offer(choices.nodes(only_objectives=self.only_objectives_above), refused)
        if held:
            parent.label = "Beneath another one too"
            parent.help_text = f"It serves {named(list(held.values()))}; weights are changed there."
        if "parent" in given:
            self.initial["parent"] = _searchable(parent, given["parent"])

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Give the fields in the parts of the form; a part without any is left out."""
        found = [
            (title, [self[name] for name in names if name in self.fields])
            for title, names in self.parts
        ]
        return [(title, fields) for title, fields in found if fields]

    def field_of(self, column: str) -> str:
        """Name the field of a column; what is wrong with the link is wrong with its parent."""
        return "parent" if column == "child" else column

    def clean(self) -> None:
        """Ask for a weight where a parent is chosen."""
        super().clean()
        if self.cleaned_data.get("parent") and not self.cleaned_data.get("weight"):
            self.add_error("weight", "Fill in: weight. 1 if all siblings count alike.")


def _searchable(field: NodeField, code: str) -> str:
    """Show a code as the list of choices does, if it is one of them."""
    labels = dict(field.offered)
    return f"{labels[code]} ({code})" if code in labels else ""


class ObjectiveForm(NodeForm):
    """What the organisation wants."""

    sheet = "objectives"
    only_objectives_above = True
    perspective = forms.CharField(max_length=200, required=False, label="Perspective")
    department = forms.ChoiceField(label="Department", required=False)
    parts = (
        ("What it is", ("code", "name", "description", "perspective")),
        ("Where it stands", ("parent", "weight")),
        ("Who answers for it", ("department", "owner_email")),
        ("What lies beneath", ("aggregation",)),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Offer the perspectives there are; where there are none, the first one is typed."""
        super().__init__(*args, **kwargs)
        listed = choices.perspectives()
        hint = "Groups objectives: financial, customer, process, people."
        if len(listed) > 1:
            self.fields["perspective"] = forms.ChoiceField(
                label="Perspective", required=False, choices=listed, help_text=hint
            )
        else:
            told = "Type the first one, such as Financial; more can be added under Perspectives."
            self.fields["perspective"].help_text = f"{hint} {told}"
        offered = choices.departments("None")
        self.fields["department"].choices = offered  # type: ignore[attr-defined]
        self.order_fields([name for _title, names in self.parts for name in names])


FORMULA_WORDS = "a formula such as [profit] / [revenue] * 100"


class KPIForm(NodeForm):
    """What is measured."""

    sheet = "kpis"
    category = forms.ChoiceField(
        label="Category", choices=[("", "Choose a category"), *KPI.Category.choices]
    )
    department = forms.ChoiceField(
        label="Department", help_text="Its head enters the figures, or answers for the formula."
    )
    unit = forms.CharField(
        max_length=40,
        required=False,
        label="Unit",
        widget=forms.TextInput(attrs={"class": "short"}),
        help_text="Such as %, days or pieces. The unit money is money in the entity's currency.",
    )
    decimals = forms.CharField(
        max_length=2,
        required=False,
        label="Decimals shown",
        help_text="0 to 15; usually 1.",
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "numeric"}),
    )
    direction = one_of("Which way is better", DIRECTIONS)
    frequency = one_of("How often it is measured", FREQUENCIES)
    formula = forms.CharField(
        required=False,
        label="Formula",
        help_text="Leave it empty if people enter the figures. Codes of KPIs with + - * / and"
        " functions, such as [profit] / [revenue] * 100. Checked while you type.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "code"}),
    )
    time_rollup = one_of("A longer period's figure", TIME_ROLLUPS)
    entity_rollup = one_of("A group's figure", ENTITY_ROLLUPS)
    entities = forms.MultipleChoiceField(
        required=False,
        label="Reported at",
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: wherever there is a figure or a target of it.",
    )
    tags = forms.CharField(
        max_length=500, required=False, label="Tags", help_text="Such as GRI 305-1."
    )
    parts = (
        ("What it is", ("code", "name", "description", "category", "unit", "decimals", "tags")),
        ("Where it stands", ("parent", "weight")),
        ("Who answers for it", ("department", "owner_email")),
        ("How its figure arises", ("direction", "frequency", "formula")),
        ("In longer periods and in groups", ("time_rollup", "entity_rollup", "entities")),
        ("What lies beneath", ("aggregation",)),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Offer the departments and entities there are."""
        super().__init__(*args, **kwargs)
        self.fields["entity_rollup"].required = False
        self.fields["department"].choices = choices.departments()  # type: ignore[attr-defined]
        self.fields["entities"].choices = choices.entities()  # type: ignore[attr-defined]
        self.initial.setdefault("entity_rollup", "")
        self.initial.setdefault("direction", "higher")
        self.initial.setdefault("frequency", "monthly")
        self.order_fields([name for _title, names in self.parts for name in names])

    def clean_formula(self) -> str:
        """Say at once what cannot be read, whatever else is missing."""
        text = plain(self.cleaned_data["formula"])
        try:
            if text:
                parse(text)
        except FormulaError as error:
            problem = Problem(self.sheet, FIRST_ROW, "formula", str(error), FORMULA_WORDS)
            raise forms.ValidationError(sentence(problem)) from None
        return text
