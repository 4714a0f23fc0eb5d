"""Let the database refuse one statement, as a full disk or a cut connection does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

Execute = Callable[..., object]


@contextmanager
def refusing(words: str) -> Iterator[None]:
    """Refuse every statement that contains these words."""

    def refuse(execute: Execute, sql: str, *rest: object) -> object:
        if words in sql:
            raise OperationalError("the disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def refusing_number(number: int) -> Iterator[list[str]]:
    """Refuse the statement of this number alone, and give the list of all that were tried."""
    tried: list[str] = []

    def refuse(execute: Execute, sql: str, *rest: object) -> object:
        tried.append(sql)
        if len(tried) == number:
            raise OperationalError("the disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        yield tried


@contextmanager
def before(words: str, act: Callable[[], object]) -> Iterator[None]:
    """Do something once, just before the first statement that contains these words."""
    done: list[str] = []

    def interrupt(execute: Execute, sql: str, *rest: object) -> object:
        if words in sql and not done:
            done.append(sql)
            act()
        return execute(sql, *rest)

    with connection.execute_wrapper(interrupt):
        yield
