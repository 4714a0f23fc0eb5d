"""Entities, departments, perspectives and settings as forms."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from kpialign.interchange.rows import SettingRow
from kpialign.interchange.settings_keys import SETTINGS, WEIGHT
from kpialign.scoring.alignment import COMPONENTS
from kpialign.shaping import choices
from kpialign.shaping.forms.fields import code_field, name_field, number_field
from kpialign.shaping.forms.rows import RowForm
from kpialign.shaping.texts import same, text_of

PERSON_HINT = "Named only: the role itself is given on the page People."


class EntityForm(RowForm):
    """A company, plant, region or business unit."""

    sheet = "entities"
    code = code_field("PLANT-A")
    name = name_field()
    parent = forms.ChoiceField(
        required=False, label="Beneath", help_text="The group into which it consolidates."
    )
    currency = forms.CharField(
        max_length=3,
        required=False,
        label="Currency",
        widget=forms.TextInput(attrs={"class": "short"}),
        help_text="Three letters, such as CHF. Empty: the organisation's.",
    )
    active_from = forms.CharField(
        max_length=10,
        required=False,
        label="First month",
        widget=forms.TextInput(attrs={"class": "short"}),
        help_text="Such as 2026-03. Empty: from the beginning.",
    )
    active_to = forms.CharField(
        max_length=10,
        required=False,
        label="Last month",
        help_text="Empty: it goes on.",
        widget=forms.TextInput(attrs={"class": "short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Offer the entities above; the root has none."""
        super().__init__(*args, **kwargs)
        there = [choice for choice in choices.entities() if choice[0] != self.key]
        is_root = self.row is not None and not self.row.parent
        top = [("", "Nothing: this is the whole group")] if is_root or not there else []
        self.fields["parent"].choices = [*top, *there]  # type: ignore[attr-defined]
        if self.row is not None:
            del self.fields["code"]


class DepartmentForm(RowForm):
    """A function that owns KPIs across entities."""

    sheet = "departments"
    code = code_field("SALES")
    name = name_field()
    head_email = forms.ChoiceField(required=False, label="Head", help_text=PERSON_HINT)
    partner_email = forms.ChoiceField(
        required=False,
        label="Finance partner",
        help_text="The finance business partner whom the department asks.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Offer the people there are."""
        super().__init__(*args, **kwargs)
        held = [self.row.head_email, self.row.partner_email] if self.row else []
        listed = choices.people(held)
        for name in ("head_email", "partner_email"):
            self.fields[name].choices = listed  # type: ignore[attr-defined]
        if self.row is not None:
            del self.fields["code"]


class PerspectiveForm(RowForm):
    """A grouping of objectives."""

    sheet = "perspectives"
    code = code_field("CUSTOMER")
    name = name_field()
    financial = forms.BooleanField(required=False, label="Financial")

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Name each field by its row, and let the row of a new one stay empty."""
        super().__init__(*args, **kwargs)
        self.row_name = self.row.name if self.row else "New perspective"
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {self.row_name}"
        if self.row is not None:
            del self.fields["code"]
        else:
            self.fields["code"].required = self.fields["name"].required = False

    def clean(self) -> None:
        """Ask for the other half of a new perspective."""
        super().clean()
        code, name = self.cleaned_data.get("code"), self.cleaned_data.get("name")
        if self.row is None and bool(code) != bool(name) and not self.errors:
            self.add_error("name" if code else "code", "Fill in both code and name.")


WORDS = {
    "organisation": ("Name of the organisation", ""),
    "plan": ("Name of the plan", "The strategy that the cascade carries out."),
    "currency": ("Currency", "Three letters, such as EUR. Groups consolidate into it."),
    "fiscal_year_start": (
        "Month in which the fiscal year begins",
        "1 to 12. It stays once a period is closed.",
    ),
    "timezone": ("Time zone", "A name such as Europe/Berlin."),
    "on_track": ("On track from a score of", "0 to 100"),
    "at_risk": ("At risk from a score of", "0 to 100; below it is off track"),
    "min_coverage": (
        "Enough data from a coverage of",
        "A share from 0 to 1; below it a score is shown as not enough data",
    ),
    "kpis_per_objective": ("KPIs per objective, at most", "More of them is a finding"),
    "kpis_per_department": ("KPIs per department, at most", "More of them is a finding"),
}
LONG = frozenset({"organisation", "plan", "timezone"})
GROUPS = (
    ("The organisation", ("organisation", "plan", "currency", "fiscal_year_start", "timezone")),
    ("When a score is good", ("on_track", "at_risk", "min_coverage")),
    ("How many KPIs are too many", ("kpis_per_objective", "kpis_per_department")),
    ("What alignment is made of", tuple(WEIGHT + name for name in COMPONENTS)),
)


class SettingForm(RowForm):
    """One setting: its value, in the words of its key."""

    sheet = "settings"
    value = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, key: str, **kwargs: Any) -> None:  # noqa: ANN401
        """Name the field by its key, and show the default where nothing is set."""
        super().__init__(*args, key=key, prefix=key, **kwargs)
        self.default = text_of(SETTINGS[key].default)
        component = key.removeprefix(WEIGHT).replace("_", " ").capitalize()
        label, hint = WORDS.get(key, (f"Weight of {component.lower()}", ""))
        self.fields["value"].label = label
        self.fields["value"].help_text = hint
        self.initial.setdefault("value", self._value("value", self.default))
        self.fields["value"].required = True
        if key not in LONG:
            self.fields["value"].widget.attrs["class"] = "short"
        named = label[:1].lower() + label[1:]
        self.fields["value"].error_messages["required"] = f"Fill in: {named}."

    @property
    def new_row(self) -> dict[str, str]:
        """Give the value of a setting that was never set; none while it is the default."""
        return {} if same(self.typed["value"], self.default) else self.typed


class NumberSettingForm(SettingForm):
    """A setting that is a number, in the style of the person."""

    value = number_field("Value")


def setting_form(data: QueryDict | None, *, key: str, row: SettingRow | None) -> SettingForm:
    """Make the form of one setting, by what its value is."""
    is_number = isinstance(SETTINGS[key].default, Decimal)
    return (NumberSettingForm if is_number else SettingForm)(data, key=key, row=row)
