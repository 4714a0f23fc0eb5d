"""What the checks say of rows, in the words of a form and beside its fields."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django import forms

from kpialign.interchange import stored
from kpialign.interchange.editing import FIRST_ROW
from kpialign.interchange.problems import Problem
from kpialign.shaping.forms.rows import RowForm

QUOTED_FORMULA = re.compile(r"\A'.*', (?P<rest>column [0-9]+: .*)\Z", re.DOTALL)
CIRCLE = re.compile(r"(?P<told>.*go round in a circle): (?P<path>\S+(?: > \S+)+)\Z", re.DOTALL)
SETTING = re.compile(r"\A[a-z_]+: ")  # a field says itself which setting it is
COLUMNS = {
    "settings": {"on_track": "on track", "at_risk": "at risk"},
    "entities": {"active_to": "its last month"},
    "kpis": {"time_rollup": "a longer period's figure", "entity_rollup": "a group's figure"},
}
VERBS = ("is ", "has ", "holds ")


@dataclass(frozen=True)
class Told:
    """One line of the summary above a form: what is wrong, and the field that it is about."""

    label: str
    message: str
    target: str = ""


def sentence(problem: Problem, names: Mapping[str, str] | None = None) -> str:
    """Say what is wrong and what is accepted, in a sentence each.

    >>> sentence(Problem("kpis", 2, "formula", "'2 * (3 +', column 9: it ends", "2 * 3"))
    'Column 9: it ends. Accepted: 2 * 3.'
    >>> sentence(Problem("kpis", 2, "name", "is blank", "a name"))
    'This is blank. Accepted: a name.'
    >>> sentence(Problem("settings", 2, "value", "at_risk: 'x' does not fit", "at most on_track"))
    "'x' does not fit. Accepted: at most on track."
    """
    wrong, accepted = problem.wrong, problem.accepted
    if problem.sheet == "settings":
        wrong = SETTING.sub("", wrong)
    for column, words in COLUMNS.get(problem.sheet, {}).items():
        wrong, accepted = wrong.replace(column, words), accepted.replace(column, words)
    found = QUOTED_FORMULA.match(wrong)
    if found:
        wrong = found["rest"]
    circle = CIRCLE.match(wrong)
    if circle:
        return f"{_capital(circle['told'])}: {_named_path(circle['path'], names)}."
    told = f"This {wrong}" if wrong.startswith(VERBS) else _capital(wrong)
    return f"{told}. Accepted: {accepted}." if accepted else f"{told}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named_path(path: str, names: Mapping[str, str] | None) -> str:
    known = node_names() | dict(names or {})
    codes = path.split(" > ")
    return " > ".join(f"{known[code]} ({code})" if code in known else code for code in codes)


def node_names() -> dict[str, str]:
    """Map the codes of objectives and KPIs to their names."""
    names = {code: row.name for code, row in stored.objectives().items()}
    return names | {code: row.name for code, row in stored.kpis().items()}


def place(
    problems: Iterable[Problem],
    placed: Mapping[str, Sequence[RowForm | None]],
    rest: forms.Form,
    names: Mapping[str, str] | None = None,
) -> None:
    """Put each problem beside its field; what belongs to none goes above the form.

    `placed` are the forms in the order in which their rows were given, by sheet.
    """
    for problem in problems:
        told = sentence(problem, names)
        given = placed.get(problem.sheet, ())
        number = problem.row - FIRST_ROW
        if number < 0 and len(given) == 1:
            number = 0  # row 1 stands for what is stored: it clashes with the one row given
        form = given[number] if 0 <= number < len(given) else None
        field = _field(form, problem.column)
        if form is None or field is None:
            rest.add_error(None, told)
        elif told not in form.errors.get(field, ()):
            form.add_error(field, told)


def _field(form: RowForm | None, column: str) -> str | None:
    """Find the field of a column; a setting's value stands in the field of its key."""
    if form is None:
        return None
    wanted = form.field_of(column)
    return wanted if wanted in form.fields else None


def summary(forms_shown: Iterable[forms.Form]) -> list[Told]:
    """List everything that is wrong, each with the field it is about."""
    told: list[Told] = []
    for form in forms_shown:
        for name, messages in form.errors.items():
            told += [_told(form, name, str(message)) for message in messages]
        theirs: Mapping[str, str] = getattr(form, "theirs", {})
        told += [_told(form, name, message) for name, message in theirs.items()]
    return told


def _told(form: forms.Form, name: str, message: str) -> Told:
    if name not in form.fields:
        return Told("", message)
    bound = form[name]
    target = bound.auto_id + ("_0" if bound.use_fieldset else "")
    row = getattr(form, "row_name", "")
    label = ": ".join(filter(None, (row, str(bound.label))))
    return Told(label, message, str(target))
