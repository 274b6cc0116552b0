"""What all made-up answers depend on."""

from meshhub.errors import MeshhubError


class Mood:
    """`failure` is raised by every answer while it is set."""

    def __init__(self) -> None:
        self.failure: MeshhubError | None = None

    def check(self) -> None:
        if self.failure is not None:
            raise self.failure
