"""What pages are made of: rows whose numbers, words, lines and bars arrive ready."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.bullet import Bullet
from dashboards.figures.shown import Figure
from dashboards.figures.sparkline import Sparkline
from kpialign.scoring.status import Status


@dataclass(frozen=True)
class StatusMark:
    """A status as shape, word and colour."""

    status: Status
    word: str
    tone: str
    symbol: str


STATUS_MARKS = {
    Status.ON_TRACK: StatusMark(Status.ON_TRACK, "On track", "good", "m-good"),
    Status.AT_RISK: StatusMark(Status.AT_RISK, "At risk", "risk", "m-risk"),
    Status.OFF_TRACK: StatusMark(Status.OFF_TRACK, "Off track", "bad", "m-bad"),
    Status.NOT_ENOUGH_DATA: StatusMark(Status.NOT_ENOUGH_DATA, "Not enough data", "none", "m-none"),
    Status.NOT_SCORED: StatusMark(Status.NOT_SCORED, "Not scored", "none", "m-bar"),
}


@dataclass(frozen=True)
class ScoreShown:
    """A score with all that must stand beside it."""

    text: str
    mark: StatusMark
    covered: str  # "82 % covered"; empty when everything is in
    bounds: str  # "could lie between 55.0 and 80.0 until Lead time is in"; empty when known
    is_provisional: bool
    as_closed: str = ""  # the score of an earlier close, where it is another or may become it

    @property
    def note(self) -> str:
        """Say how complete the score is and whether it may still change."""
        if self.mark.status == Status.NOT_SCORED:
            return ""
        open_ = ", some not approved yet" if self.is_provisional else ""
        if self.mark.status == Status.NOT_ENOUGH_DATA and not self.covered:
            return f"no score yet{open_}"
        return f"{self.covered or 'all figures in'}{open_}"


@dataclass(frozen=True)
class Variance:
    """How far a figure lies from what it is compared with."""

    figure: Figure
    tone: str  # better, worse or nothing
    words: str  # for whoever does not see the colour
    bullet: Bullet | None
    is_in_band: bool = False


@dataclass(frozen=True)
class KpiRow:
    """One KPI in a table."""

    code: str
    name: str
    is_calculated: bool
    depth: int
    department: str
    owner: str
    sparkline: Sparkline
    actual: Figure
    reference: str
    reference_unit: str
    is_illustrative: bool
    variance: Variance
    score: ScoreShown
    tags: Sequence[str] = ()
    also_serves: str = ""
    weight: str = ""

    @property
    def line_label(self) -> str:
        """Name the small line for whoever does not see it."""
        return f"{self.name} over the last 13 periods"


@dataclass(frozen=True)
class ObjectiveGroup:
    """An objective and the KPIs beneath it."""

    code: str
    name: str
    note: str
    owner: str
    score: ScoreShown
    rows: Sequence[KpiRow]


@dataclass(frozen=True)
class StatusCount:
    """How many KPIs have a status, and whether the page shows only those."""

    mark: StatusMark
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class HeatCell:
    """The score of a department beneath an objective."""

    text: str = ""
    tone: str = "blank"
    mark: StatusMark | None = None
    covered: str = ""


@dataclass(frozen=True)
class HeatRow:
    """A department across the objectives."""

    code: str
    name: str
    cells: Sequence[HeatCell]


@dataclass(frozen=True)
class HeatMap:
    """Departments by objectives, with the sentence that says what stands out."""

    sentence: str
    objectives: Sequence[tuple[str, str]]  # code, name
    rows: Sequence[HeatRow]


@dataclass(frozen=True)
class TermRow:
    """A child's part in its parent's score."""

    code: str
    name: str
    is_kpi: bool
    weight: str
    score: ScoreShown
    product: str
    owner: str = ""


@dataclass(frozen=True)
class ObjectiveRow:
    """An objective in a short list, with what its reader has to do with it."""

    code: str
    name: str
    score: ScoreShown
    change: str
    note: str
    owner: str = ""


@dataclass(frozen=True)
class Chart:
    """A figure to draw, with its sentence and its table."""

    key: str
    sentence: str
    note: str
    figure: dict[str, object]
    head: Sequence[str]
    table: Sequence[Sequence[str]]
    is_tall: bool = False

    @property
    def data_key(self) -> str:
        """Name the element that holds the figure."""
        return f"data-{self.key}"
