"""The entry sheet as a form: one small form a cell, read into changes of figures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django import forms

from kpis.errors import Conflict
from kpis.models import ActualRevision, ReportingPeriod
from kpis.number_reading import UnreadableNumberError, read_figure, typed
from kpis.rows import Cell, EntrySheet
from kpis.selectors.revisions import seen_revisions
from kpis.services.figure_rules import FigureChange

Status = ActualRevision.Status
LONGEST_TEXT = 2000


class CellForm(forms.Form):
    """One figure with its comment, and the reason if a counted figure changes."""

    figure = forms.CharField(required=False, max_length=60)
    comment = forms.CharField(required=False, max_length=LONGEST_TEXT)
    why = forms.CharField(required=False, max_length=LONGEST_TEXT)
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, cell: Cell, data: Mapping[str, str] | None = None) -> None:
        """Bind the form to its cell; without data it shows what stands there."""
        newest = cell.newest
        self.cell = cell
        super().__init__(
            data,
            prefix=cell.key,
            initial={
                "figure": typed(cell.value),
                "comment": cell.comment,
                # Of a figure that came back the reason was that of the change refused.
                "why": cell.draft.why if cell.draft and not cell.returned else "",
                "seen": newest.number if newest else 0,
            },
        )
        self._describe()

    def _describe(self) -> None:
        """Give each input its accessible name and say where its message stands."""
        cell = self.cell
        name = f"{cell.kpi.name}, {cell.entity.name}"
        looks = {
            "figure": {"inputmode": "decimal", "autocomplete": "off", "class": "figure"},
            "comment": {"autocomplete": "off", "class": "comment"},
            "why": {"autocomplete": "off"},
        }
        names = {"figure": name, "comment": f"Comment on {name}", "why": f"Reason for {name}"}
        for key, attributes in looks.items():
            attributes["aria-label"] = names[key]
            if self.is_bound and key in self.errors:
                attributes |= {"aria-invalid": "true", "aria-describedby": f"error-{cell.key}"}
            self.fields[key].widget.attrs |= attributes
        counted = cell.counted
        if counted is not None and counted.value is not None:
            self.fields["figure"].widget.attrs["data-counted"] = typed(counted.value)

    def clean_figure(self) -> Decimal | None:
        """Read the figure as people write it."""
        try:
            return read_figure(self.cleaned_data["figure"], unit=self.cell.kpi.unit)
        except UnreadableNumberError as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def asks_why(self) -> bool:
        """Whether the reason is part of the row: it is missing, or was given."""
        return "why" in self.errors or bool(self["why"].value())

    @property
    def is_stale(self) -> bool:
        """Whether the cell has a newer revision than the person had before them."""
        newest = self.cell.newest
        return newest is not None and self.seen_number < newest.number

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody else meanwhile wrote something other than what was typed."""
        typed_now = (self.cleaned_data["figure"], self.cleaned_data["comment"])
        return self.is_stale and typed_now != (self.cell.value, self.cell.comment)

    @property
    def seen_number(self) -> int:
        """The number of the revision that the person had before them, 0 for none."""
        return self.cleaned_data.get("seen") or 0

    def is_untouched(self, seen: ActualRevision | None) -> bool:
        """Tell whether the person left the cell as they were shown it: as this revision says."""
        shown = (seen.value, seen.comment) if seen else (None, "")
        return shown == (self.cleaned_data["figure"], self.cleaned_data["comment"])

    def change(self, period: ReportingPeriod, *, status: str) -> FigureChange | None:
        """State what the person changed in this cell; None if nothing."""
        cell = self.cell
        value, comment = self.cleaned_data["figure"], self.cleaned_data["comment"]
        if (cell.value, cell.comment) == (value, comment) and (
            cell.draft is None or status == Status.DRAFT
        ):
            return None
        if value is None and cell.counted is None:
            status = Status.DRAFT  # a draft that is emptied is no figure to submit
        elif status == Status.SUBMITTED and cell.counted and cell.counted.value == value:
            status = cell.counted.status  # a comment alone asks for no new approval
        return FigureChange(
            kpi=cell.kpi,
            entity=cell.entity,
            period=period,
            value=value,
            status=status,
            comment=comment,
            why=self.cleaned_data["why"],
            based_on=self.seen_number,
        )


def shown_in(cell: Cell) -> dict[str, str]:
    """Give what the fields of a cell send as long as nobody types into them."""
    number = cell.newest.number if cell.newest else 0
    fields = {"figure": typed(cell.value), "comment": cell.comment, "seen": str(number)}
    return {f"{cell.key}-{name}": value for name, value in fields.items()}


@dataclass
class SheetForm:
    """All cells of a sheet that take a figure, as one form."""

    sheet: EntrySheet
    data: Mapping[str, str] | None = None
    conflicts: dict[tuple[str, str], Conflict] = field(default_factory=dict)
    refusal: str = ""
    left_alone: set[str] = field(default_factory=set)
    late: Sequence[CellForm] = ()  # what was typed where the period takes no figure any more

    def __post_init__(self) -> None:
        """Make the forms of the cells that the person may enter."""
        self.forms = {
            cell.key: CellForm(cell, self.data) for cell in self.sheet.cells if cell.can_enter
        }
        sent = self.data or {}
        locked = [c for c in self.sheet.cells if c.is_locked and f"{c.key}-figure" in sent]
        self.late = self._touched([CellForm(cell, sent) for cell in locked])
        if self.data is not None:
            self._catch_up(self.data)

    def _catch_up(self, data: Mapping[str, str]) -> None:
        """Show what somebody else wrote meanwhile in the cells that this person left alone.

        It is no concern of theirs, and must not be emptied should they send the sheet again.
        """
        stale = [form for form in self.forms.values() if form.is_valid() and form.is_stale]
        touched = {form.cell.key for form in self._touched(stale)}
        left = [form.cell for form in stale if form.cell.key not in touched]
        self.left_alone = {cell.key for cell in left}
        self.data = {**data, **{k: v for cell in left for k, v in shown_in(cell).items()}}
        self.forms |= {cell.key: CellForm(cell, self.data) for cell in left}

    @staticmethod
    def _touched(forms: Iterable[CellForm]) -> Sequence[CellForm]:
        """Find the cells that do not say any more what the person was shown."""
        read = {form: form.is_valid() for form in forms}
        seen = seen_revisions((form.cell, form.seen_number) for form in read)
        return [
            form
            for form, is_read in read.items()
            if not is_read or not form.is_untouched(seen.get(form.cell.key))
        ]

    def is_valid(self, *, submits: bool) -> bool:
        """Read every figure; when submitting, ask why each counted figure changes."""
        read = [form for form in self.forms.values() if form.is_valid()]
        for form in read:
            if submits and form.cell.key not in self.left_alone:
                self._ask_why(form)
        return len(read) == len(self.forms) and not any(form.errors for form in read)

    @staticmethod
    def _ask_why(form: CellForm) -> None:
        counted = form.cell.counted
        if counted is None or counted.value is None or form.is_overtaken:
            return  # who was overtaken is told so first, with both values
        changes = form.cleaned_data["figure"] != counted.value
        if changes and not form.cleaned_data["why"].strip():
            form.add_error("why", "This figure already counts. Say why it changes.")
            form.fields["why"].widget.attrs |= {"aria-invalid": "true"}

    def changes(self, *, submits: bool) -> Sequence[FigureChange]:
        """State what the person changed, as drafts or as figures that count."""
        status = Status.SUBMITTED if submits else Status.DRAFT
        touched = [form for key, form in self.forms.items() if key not in self.left_alone]
        found = (form.change(self.sheet.period, status=status) for form in touched)
        return [change for change in found if change is not None]

    def show_conflicts(self, message: str, conflicts: Sequence[Conflict]) -> None:
        """Keep both values of each cell that somebody else changed, to be shown side by side."""
        self.refusal = message
        self.conflicts = {(one.kpi_code, one.entity_code): one for one in conflicts}

    @property
    def error_count(self) -> int:
        """How many cells have a message."""
        return sum(bool(form.errors) for form in self.forms.values()) + len(self.conflicts)
