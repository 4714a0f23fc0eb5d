"""Run all measurements of one size, one after the other, in a database that is set up."""

from collections.abc import Iterator

from django.core.management import call_command

from bench.cascade import SIZES, fill
from bench.goals import Measured, of_arithmetic, of_changes, of_loading, of_pages, of_size
from dashboards.services.refresh import refresh_scores


def measured(size: str, seed: int) -> Iterator[Measured]:
    """Make the cascade, compute it once, and measure."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    fill(SIZES[size], seed)
    refresh_scores(path="command")
    yield from of_arithmetic()
    yield from of_loading()
    yield from of_changes(seed)
    yield from of_size()
    yield from of_pages()
