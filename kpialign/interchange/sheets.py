"""The sheets of a cascade workbook and their columns, as data: the one list of them."""

from dataclasses import dataclass
from typing import Any

from kpialign.interchange import cells, periods, rows
from kpialign.interchange.cells import Cell, Reader
from kpialign.interchange.figures import Figure
from kpis.models import KPI, ActualRevision, NodeDefinition
from objectives.models import CascadeLink
from organisation.models import Membership


def figure(cell: Cell) -> Figure:
    """Stand for the reader of numbers, which looks at the whole column: see figures."""
    raise TypeError(f"A number is read with its column, not alone: {cell!r}")


@dataclass(frozen=True)
class Column:
    """One column: how its cells are read, whether it must be there, and what an empty cell sets."""

    name: str
    reader: Reader
    required: bool = False
    default: Any = ""
    may_be_empty: bool = False  # of a required column: its cells, not its header

    @property
    def is_figure(self) -> bool:
        """Tell whether the cells are numbers of any size and form."""
        return self.reader is figure

    @property
    def is_text(self) -> bool:
        """Tell whether the cells are free text, in which blanks count."""
        return isinstance(self.reader, cells.Text)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its columns in the order of its row type, and those that identify a row."""

    name: str
    row: Any
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Find a column by its header, whatever its case."""
        wanted = name.strip().casefold()
        return next((column for column in self.columns if column.name == wanted), None)


CODE_KEY = ("code",)
FIGURE_KEY = ("kpi", "entity", "period")
WEEKLY = {"weekly": "weekly KPIs come later"}
AGGREGATIONS = cells.choice(*NodeDefinition.Aggregation.values)
STATES = cells.choice("active", "archived")
CODE = Column("code", cells.code, required=True)
NAME = Column("name", cells.name, required=True)
DESCRIPTION = Column("description", cells.Text())
OWNER = Column("owner_email", cells.email)
AGGREGATION = Column("aggregation", AGGREGATIONS, default="arithmetic")
STATE = Column("state", STATES, default="active")
KPI_CODE = Column("kpi", cells.code, required=True)
ENTITY = Column("entity", cells.code)
PERIOD = Column("period", periods.period, required=True)
SOURCE = Column("source", cells.Text(500))


def _figure(name: str) -> Column:
    return Column(name, figure, default=None)


def _required(name: str, reader: Reader) -> Column:
    return Column(name, reader, required=True)


SETTINGS = Sheet(
    "settings",
    rows.SettingRow,
    ("key",),
    (_required("key", cells.Text(64)), Column("value", lambda cell: cell)),
)
ENTITIES = Sheet(
    "entities",
    rows.EntityRow,
    CODE_KEY,
    (
        CODE,
        NAME,
        Column("parent", cells.code),
        Column("currency", cells.currency),
        Column("active_from", periods.month),
        Column("active_to", periods.month),
    ),
)
DEPARTMENTS = Sheet(
    "departments",
    rows.DepartmentRow,
    CODE_KEY,
    (CODE, NAME, Column("head_email", cells.email), Column("partner_email", cells.email)),
)
PEOPLE = Sheet(
    "people",
    rows.PersonRow,
    ("email", "role", "department", "entity"),
    (
        _required("email", cells.email),
        Column("name", cells.Text(200)),
        Column("role", cells.choice(*Membership.Role.values)),
        Column("department", cells.code),
        ENTITY,
    ),
)
PERSPECTIVES = Sheet(
    "perspectives",
    rows.PerspectiveRow,
    CODE_KEY,
    (CODE, NAME, Column("financial", cells.yes_no, default=False)),
)
OBJECTIVES = Sheet(
    "objectives",
    rows.ObjectiveRow,
    CODE_KEY,
    (
        CODE,
        NAME,
        DESCRIPTION,
        Column("perspective", cells.Text(200)),
        Column("department", cells.code),
        OWNER,
        AGGREGATION,
        STATE,
    ),
)
KPIS = Sheet(
    "kpis",
    rows.KPIRow,
    CODE_KEY,
    (
        CODE,
        NAME,
        DESCRIPTION,
        _required("category", cells.choice(*KPI.Category.values)),
        _required("department", cells.code),
        Column("unit", cells.Text(40)),
        Column("decimals", cells.whole(0, 15), default=None),
        _required("direction", cells.choice(*NodeDefinition.Direction.values)),
        _required("frequency", cells.choice(*KPI.Frequency.values, **WEEKLY)),
        _required("time_rollup", cells.choice(*NodeDefinition.TimeRollup.values)),
        Column("entity_rollup", cells.choice(*NodeDefinition.EntityRollup.values)),
        Column("entities", cells.codes, default=()),
        Column("formula", cells.Text()),
        AGGREGATION,
        OWNER,
        Column("tags", cells.Text(500)),
        STATE,
    ),
)
LINKS = Sheet(
    "links",
    rows.LinkRow,
    ("parent", "child"),
    (
        _required("parent", cells.code),
        _required("child", cells.code),
        Column("weight", figure, required=True, default=None),
        Column("kind", cells.choice(*CascadeLink.Kind.values), default="contributes"),
        Column("lag", cells.whole(0, 1_000), default=None),
        Column("rationale", cells.Text()),
    ),
)
TARGETS = Sheet(
    "targets",
    rows.TargetRow,
    FIGURE_KEY,
    (
        KPI_CODE,
        ENTITY,
        PERIOD,
        *(_figure(name) for name in ("baseline", "target", "band_low", "band_high", "budget")),
        SOURCE,
        Column("illustrative", cells.yes_no, default=False),
    ),
)
ACTUALS = Sheet(
    "actuals",
    rows.ActualRow,
    FIGURE_KEY,
    (
        KPI_CODE,
        ENTITY,
        PERIOD,
        Column("value", figure, required=True, default=None, may_be_empty=True),
        Column("comment", cells.Text()),
        Column("status", cells.choice(*ActualRevision.Status.values), default="approved"),
        SOURCE,
    ),
)
RATES = Sheet(
    "rates",
    rows.RateRow,
    ("currency", "period"),
    (
        _required("currency", cells.currency),
        PERIOD,
        Column("average", figure, required=True, default=None),
        Column("closing", figure, required=True, default=None),
    ),
)

SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        SETTINGS,
        ENTITIES,
        DEPARTMENTS,
        PEOPLE,
        PERSPECTIVES,
        OBJECTIVES,
        KPIS,
        LINKS,
        TARGETS,
        ACTUALS,
        RATES,
    )
}
SHEET_WORDS = ", ".join(SHEETS)
# Left out, such a sheet would give periods another meaning than the file does.
LATER = {"calendar": "calendars other than months come later"}
# The sheet of the template that tells how to fill it in: no sheet of a cascade, and no mistake.
READ_ME = "Read me"
