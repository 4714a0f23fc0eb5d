"""Fields that several forms of the cascade have."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from django import forms

from kpialign.styles import current_style
from kpis.number_reading import UnreadableNumberError, read_figure, typed

IN_PARENTHESES = re.compile(r"\(([A-Za-z0-9._-]{1,64})\)\s*\Z")
CODE_HINT = "1 to 64 of A-Z a-z 0-9 . - _; files and formulas name it so, and it stays for good."


class NodeField(forms.CharField):
    """An objective or KPI, by its name or its code; the page offers what there is."""

    offered: Sequence[tuple[str, str]] = ()
    refused: Mapping[str, str] = MappingProxyType({})
    list_id = "offered-nodes"

    def offer(
        self, choices: Sequence[tuple[str, str]], refused: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Say which nodes there are, and why some of them cannot be chosen."""
        self.offered, self.refused = choices, refused
        self.widget.attrs |= {"list": self.list_id, "autocomplete": "off"}

    @property
    def options(self) -> list[str]:
        """Give each node as one text that can be searched: its name, what it is, its code."""
        return [f"{label} ({code})" for code, label in self.offered if code not in self.refused]

    def clean(self, value: object) -> str:
        """Find the code of what was typed."""
        written = str(super().clean(value))
        code = self._code(written) if written else ""
        if code in self.refused:
            raise forms.ValidationError(self.refused[code])
        return code

    def _code(self, written: str) -> str:
        codes = {code for code, _label in self.offered}
        found = IN_PARENTHESES.search(written)
        if found and found[1] in codes:
            return found[1]
        if written in codes:
            return written
        named = [
            code
            for code, label in self.offered
            if label.rpartition(", ")[0].casefold() == written.casefold()
        ]
        if len(named) == 1:
            return named[0]
        told = "Several are called so." if named else "None in use is called so."
        raise forms.ValidationError(f"{told} Type its code, or a part of its name and choose.")


class NumberField(forms.CharField):
    """A number, shown and read as the person writes numbers; handed on as files have it.

    What is no number is handed on as it is: where files are read, it is told what is accepted.
    """

    def clean(self, value: object) -> str:
        """Give the number with a point; so 1.234 is a thousand to whoever writes thousands so."""
        text = str(super().clean(value))
        if current_style().decimal_mark != ",":
            return text
        try:
            number = read_figure(text)
        except UnreadableNumberError:
            return text
        return text if number is None else f"{number:f}"

    def shown(self, text: str) -> str:
        """Write the number of a row as the person does."""
        if current_style().decimal_mark != ",":
            return text
        try:
            return typed(Decimal(text))
        except InvalidOperation:
            return text


def code_field(example: str) -> forms.CharField:
    """Make the field of a new row's code."""
    field = forms.CharField(
        max_length=64, label="Code", help_text=f"{CODE_HINT} For example {example}."
    )
    field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "class": "code"}
    return field


def name_field(label: str = "Name") -> forms.CharField:
    """Make the field of a name."""
    field = forms.CharField(max_length=200, label=label)
    field.widget.attrs["autocomplete"] = "off"
    return field


def text_area(label: str, hint: str = "") -> forms.CharField:
    """Make the field of a longer text."""
    return forms.CharField(
        required=False, label=label, help_text=hint, widget=forms.Textarea(attrs={"rows": 3})
    )


def one_of(label: str, choices: Sequence[tuple[str, str]], hint: str = "") -> forms.ChoiceField:
    """Make a field of which one is chosen, each choice with what it means."""
    return forms.ChoiceField(label=label, choices=choices, help_text=hint, widget=forms.RadioSelect)


def number_field(label: str, hint: str = "") -> forms.CharField:
    """Make the field of a number."""
    field = NumberField(required=False, max_length=60, label=label, help_text=hint)
    field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "figure"}
    return field
