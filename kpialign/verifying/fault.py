"""One thing that is wrong with the database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A broken rule: its name, what breaks it, and in words what is wrong there."""

    rule: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.subject}: {self.message}"
