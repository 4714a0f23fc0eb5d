"""One row of a sheet as a form: it shows what stands, and tells what a person changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from kpialign.interchange.sheets import SHEETS
from kpialign.shaping.forms.fields import NumberField
from kpialign.shaping.texts import packed, plain, same, texts_of, unpacked

Key = Any  # of a row: one value, or a tuple of several
LONGEST_WHY = 2_000


class RowForm(forms.Form):
    """The columns of one row; `key` names the row, None while its code is still to be typed."""

    sheet: ClassVar[str] = ""
    row_name = ""  # what a summary calls the row, where a page shows several
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        key: Key = None,
        row: Any = None,  # noqa: ANN401, the row of any sheet
        initial: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        """Show the row that stands; without one the form makes a new one."""
        self.key, self.row = key, row
        self.theirs: dict[str, str] = {}
        super().__init__(data, prefix=prefix, use_required_attribute=False, label_suffix="")
        shown = self.worded(texts_of(row))
        held = {name: self._value(name, shown[name]) for name in self.columns if name in shown}
        self.initial = {**(initial or {}), **held, "seen": packed(row)}
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.error_messages["required"] = "Choose one."
            else:
                label = str(field.label or "")
                field.error_messages["required"] = f"Fill in: {label[:1].lower() + label[1:]}."

    @property
    def columns(self) -> list[str]:
        """List the fields that are columns of the sheet."""
        return [name for name in self.fields if SHEETS[self.sheet].column(name)]

    @property
    def is_new(self) -> bool:
        """Whether there is no such row yet."""
        return self.row is None

    @property
    def typed(self) -> dict[str, str]:
        """Give the texts that the person left in the form."""
        return {name: self._text(name) for name in self.columns}

    @property
    def shown(self) -> Mapping[str, str]:
        """Give the texts that the form showed before anybody typed."""
        found = unpacked(self.cleaned_data.get("seen", ""))
        return self.worded(found[0] if found else texts_of(self.row))

    @property
    def shown_print(self) -> str:
        """Give the fingerprint of the row that the form showed."""
        found = unpacked(self.cleaned_data.get("seen", ""))
        return found[1] if found else ""

    @property
    def changes(self) -> dict[str, str]:
        """Give what the person made otherwise than it was shown."""
        shown = self.shown
        return {k: v for k, v in self.typed.items() if not same(v, shown.get(k, ""))}

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed that says anything."""
        return not any(value not in ("", "no") for value in self.typed.values())

    @property
    def new_row(self) -> dict[str, str]:
        """Give the columns of a row that is to be added; none where nothing was typed.

        A row that somebody else took away meanwhile comes back only if it was changed here.
        """
        return {} if self.is_blank or not self.changes else self.typed

    @property
    def removes(self) -> bool:
        """Whether the row that stands is to go."""
        return False

    def worded(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """Say the texts of a row as the form shows them."""
        return texts

    @property
    def typed_key(self) -> Key:
        """Give the key of the row: where there is none yet, the code that was typed."""
        return self.typed["code"] if self.key is None else self.key

    def field_of(self, column: str) -> str:
        """Name the field in which a column of the sheet is typed."""
        return column

    def overtaken(self, now: Any) -> list[str]:  # noqa: ANN401, the row of any sheet
        """List the columns that the person changed, and somebody else too, to something else."""
        stands, shown = self.worded(texts_of(now)), self.shown
        return [
            name
            for name, mine in self.changes.items()
            if not same(stands.get(name, ""), shown.get(name, ""))
            and not same(stands.get(name, ""), mine)
        ]

    def show_both(self, now: Any, who: str, at: datetime | None) -> None:  # noqa: ANN401
        """Keep what was typed beside what stands; saving again then keeps what was typed."""
        stands, mine, both = self.worded(texts_of(now)), self.changes, self.overtaken(now)
        data = QueryDict(mutable=True)
        data.update(self.data)
        for name in self.columns:
            if name not in mine:
                self._put(data, name, stands.get(name, ""))
        data[self.add_prefix("seen")] = packed(now)
        self.data, self.row = data, now
        self.full_clean()
        when = f" on {at:%d %b %Y, %H:%M} UTC" if at else ""
        for name in both:
            said = self.said(name, stands.get(name, ""))
            told = f"{who} saved {said}{when}; you typed {self.said(name, mine[name])}."
            told += " Saving again keeps yours."
            self.theirs[name] = told
            vars(self.fields[name])["theirs"] = told  # for the template, beside the field

    def said(self, name: str, value: str) -> str:
        """Name a value as the form shows it."""
        field = self.fields[name]
        choices = dict(getattr(field, "choices", ()))
        if isinstance(field, NumberField):
            value = field.shown(value)
        return f"“{choices.get(value, value)}”" if value else "nothing"

    def _text(self, name: str) -> str:
        value = self.cleaned_data.get(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return " ".join(sorted(value))
        return plain(str(value or ""))

    def _value(self, name: str, text: str) -> object:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return text == "yes"
        if isinstance(field, NumberField):
            return field.shown(text)
        return text.split() if isinstance(field, forms.MultipleChoiceField) else text

    def _put(self, data: QueryDict, name: str, text: str) -> None:
        key, value = self.add_prefix(name), self._value(name, text)
        if isinstance(value, list):
            data.setlist(key, value)
        elif value is False:
            data.pop(key, None)
        else:
            data[key] = "on" if value is True else text


class WhyForm(forms.Form):
    """Why something changes, for the trail."""

    why = forms.CharField(
        required=False,
        max_length=LONGEST_WHY,
        label="Why",
        help_text="Stands in the trail beside what changed.",
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        """Leave the judging to the server."""
        super().__init__(data, use_required_attribute=False, label_suffix="")

    @property
    def text(self) -> str:
        """Give the reason, empty if none was typed."""
        return str(self.cleaned_data.get("why", "")) if self.is_valid() else ""
