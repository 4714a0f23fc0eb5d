"""Say in words what an entry of the trail holds: its action, its subject, and each value."""

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from kpialign.styles import day, exact, moment

NOTHING = "\u2013"
PATHS = {
    "form": "Form",
    "import": "Import",
    "api": "API",
    "command": "Command",
    "task": "Task",
}
ACTIONS = {
    "add": "Added",
    "change": "Changed",
    "remove": "Removed",
    "rename": "Renamed",
    "draft_actual": "Draft kept",
    "submitted_actual": "Figure submitted",
    "approved_actual": "Figure approved",
    "returned_actual": "Figure returned",
    "comment_actual": "Comment changed",
    "import_actuals": "Figures imported",
    "set_targets": "Targets set",
    "give_role": "Role given",
    "take_role": "Role taken",
    "invite": "Invited",
    "enable": "Enabled",
    "disable": "Disabled",
    "change_password": "Password changed",
    "change_looks": "Looks changed",
    "sign_out": "Signed out elsewhere",
    "issue_token": "Token issued",
    "revoke_token": "Token revoked",
    "download": "Downloaded",
    "close_period": "Period closed",
    "begin_review": "Put in review",
    "end_review": "Back to open",
    "ask_reopening": "Reopening asked for",
    "confirm_reopening": "Reopening confirmed",
    "withdraw_reopening": "Reopening withdrawn",
}
# Columns that hold numbers; in any other, what looks like one may be a code or a period.
NUMBERS = frozenset(
    {
        "value",
        "target",
        "baseline",
        "band_low",
        "band_high",
        "budget",
        "weight",
        "average",
        "closing",
        "on_track",
        "at_risk",
        "min_coverage",
    }
)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(DAY.pattern + r"T\d\d:\d\d.*")
NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?", re.ASCII)


def action_words(action: str) -> str:
    """Say what was done.

    >>> action_words("give_role"), action_words("begin_version")
    ('Role given', 'Begin version')
    """
    return ACTIONS.get(action, column_words(action))


def path_words(path: str) -> str:
    """Say by which path it came."""
    return PATHS.get(path, path)


def column_words(name: str) -> str:
    """Say the name of a column, or the kind of a thing.

    >>> column_words("owner_email")
    'Owner email'
    """
    return "KPI" if name == "kpi" else name.replace("_", " ").capitalize()


def value_words(name: str, value: object, zone: ZoneInfo) -> str:
    """Say a value as a person reads it: numbers and days in their style, nothing as a dash.

    >>> [value_words(name, "1234", ZoneInfo("UTC")) for name in ("value", "code")]
    ['1,234', '1234']
    """
    if value in (None, "", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_words(name, one, zone) for one in value)
    return _text_words(name, str(value), zone)


def _text_words(name: str, text: str, zone: ZoneInfo) -> str:
    try:
        if name in NUMBERS and NUMBER.fullmatch(text):
            return exact(Decimal(text))
        if TIME.fullmatch(text):
            return moment(datetime.fromisoformat(text), zone)
        if DAY.fullmatch(text):
            return day(date.fromisoformat(text))
    except ValueError:
        return text
    return text
