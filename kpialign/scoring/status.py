"""The word for a score: on track, at risk, off track, or why there is none."""

from dataclasses import dataclass
from enum import StrEnum
from math import isnan

DECIMALS_COMPARED = 9


class Status(StrEnum):
    """How a node stands."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"
    NOT_ENOUGH_DATA = "not_enough_data"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True)
class Thresholds:
    """From which score a node is on track or at risk, and which coverage a status takes."""

    on_track: float = 90.0
    at_risk: float = 70.0
    min_coverage: float = 0.5


def status_of(score: float, coverage: float, thresholds: Thresholds | None = None) -> Status:
    """Give the status of a score and its coverage, both NaN where there is none.

    >>> str(status_of(89.9999999999, 1.0))
    'on_track'
    >>> str(status_of(70.0, 0.5)), str(status_of(69.9, 1.0))
    ('at_risk', 'off_track')
    >>> str(status_of(95.0, 0.49)), str(status_of(float("nan"), 0.0))
    ('not_enough_data', 'not_enough_data')
    >>> str(status_of(float("nan"), float("nan")))
    'not_scored'
    """
    limits = thresholds or Thresholds()
    if isnan(coverage):
        return Status.NOT_SCORED
    too_little = round(coverage - limits.min_coverage, DECIMALS_COMPARED) < 0
    if isnan(score) or too_little:
        return Status.NOT_ENOUGH_DATA
    compared = round(score, DECIMALS_COMPARED)
    if compared >= limits.on_track:
        return Status.ON_TRACK
    return Status.AT_RISK if compared >= limits.at_risk else Status.OFF_TRACK
