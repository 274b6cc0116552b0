"""How commands print: tables and lines for people, JSON for scripts.

What telemetry says (a path, a reason) is never trusted to the terminal: its control characters are replaced.
"""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def print_json(value: Any) -> None:
    """Print indented JSON in plain ASCII, keys in the order given."""
    print(json.dumps(value, indent=2, default=str))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str | Text]], numbers: Iterable[str] = ()) -> None:
    """Print rows under their heads; the columns named in `numbers` are set to the right."""
    table = Table(box=SIMPLE_HEAD)
    right = frozenset(numbers)
    for head in heads:
        table.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(printable(cell) for cell in row))
    _console().print(table)


def print_lines(lines: Iterable[str | Text]) -> None:
    """Print each on a line of its own."""
    for line in lines:
        _console().print(printable(line))


def print_file(text: str) -> None:
    """Print the text of a file as it is; on a terminal line by line without what could steer it."""
    if sys.stdout.isatty():
        print_lines(text.splitlines())
    else:
        sys.stdout.write(text)


def printable(text: str | Text) -> Text:
    """The text, taken literally, without what could steer a terminal or turn its writing direction."""
    literal = text.copy() if isinstance(text, Text) else Text(text)
    literal.plain = _CONTROL.sub("�", literal.plain)
    return literal


def _console() -> Console:
    """Standard output; where it is no terminal, as wide as needed, so that scripts get whole lines."""
    output = Console()
    return output if output.is_terminal else Console(width=1000, no_color=True)
