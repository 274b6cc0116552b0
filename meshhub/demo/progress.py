"""What the demo tells its user while it starts and runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """Steps with a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show that something is being done, and that it is done when the block ends without an error."""
        if self._console.is_terminal:
            with self._console.status(f"{text} …"):
                yield
            self._console.print(f"[green]✓[/] {text}", highlight=False)
        else:
            self.say(f"{text} …")
            yield

    def say(self, text: str = "") -> None:
        """Print one message."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Print one message that asks for attention."""
        self._console.print(f"! {text}", style="yellow", highlight=False, markup=False, soft_wrap=True)
