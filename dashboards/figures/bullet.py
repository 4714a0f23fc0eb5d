"""The bar of one row: how far from the target, worse to the left, better to the right."""

from dataclasses import dataclass
from math import isnan

WIDTH, HALF = 128.0, 60.0


@dataclass(frozen=True)
class Bullet:
    """A bar from the centre line of a box of 128 by 20, and whether its end is torn."""

    x: str
    width: str
    is_better: bool
    is_torn: bool

    @property
    def tear_at(self) -> str:
        """Where the tear crosses the bar, near its far end."""
        far = float(self.x) + (float(self.width) if self.is_better else 0.0)
        return f"{far - 8 if self.is_better else far + 5:.1f}"


def bullet(better_by: float, span: float) -> Bullet | None:
    """Draw by how much a figure is better than its reference, against the span of the KPI.

    >>> bullet(5.0, 10.0)
    Bullet(x='64.0', width='30.0', is_better=True, is_torn=False)
    >>> bullet(-25.0, 10.0)
    Bullet(x='4.0', width='60.0', is_better=False, is_torn=True)
    """
    if isnan(better_by) or isnan(span):
        return None
    part = abs(better_by) / span if span > 0 else (1.0 if better_by else 0.0)
    width = min(part, 1.0) * HALF
    if better_by and width < 1:
        width = 1.0
    middle = WIDTH / 2
    return Bullet(
        x=f"{middle if better_by >= 0 else middle - width:.1f}",
        width=f"{width:.1f}",
        is_better=better_by >= 0,
        is_torn=part > 1.0,
    )
