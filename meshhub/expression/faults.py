"""What is wrong with an expression, and where."""

from meshhub.errors import MeshhubError


class ExpressionFault(MeshhubError):
    """An expression could not be read.

    `position` counts characters from 0; `reason` says what is wrong there; `hint` says what would be right, and is
    empty where nothing is close.
    """

    def __init__(self, position: int, reason: str, hint: str = "") -> None:
        self.position = position
        self.reason = reason
        self.hint = hint
        tail = f" {hint}" if hint else ""
        super().__init__(f"could not read the expression at character {position + 1}: {reason}.{tail}")
