"""What went wrong in a FEEL text, said so that its author can mend it."""

from __future__ import annotations


class FeelError(Exception):
    """A fault in an expression, or a limit met while evaluating it.

    `line` and `column` count from 1 and point into the expression's text; 0 means the fault has no place
    there. Faults of *values* (a text where a number is needed, say) are no errors: FEEL gives null for them.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        if not self.line:
            return self.message
        return f"{self.message} (line {self.line}, column {self.column})"
