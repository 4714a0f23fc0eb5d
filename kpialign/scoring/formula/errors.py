"""What is wrong with a formula, and where."""


class FormulaError(ValueError):
    """A formula cannot be read; `column` counts its characters from 1."""

    def __init__(self, message: str, column: int) -> None:
        """Keep the message and the column apart."""
        super().__init__(message)
        self.message = message
        self.column = column

    def __str__(self) -> str:
        """Say what is wrong and at which character."""
        return f"column {self.column}: {self.message}"
