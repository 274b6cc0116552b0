"""How commands print: tables and text for people, JSON for scripts."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_json(value: Any) -> None:
    """Print indented JSON with keys in the order given."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str | Text]], numbers: Iterable[str] = ()) -> None:
    """Print rows under their heads; the columns named in `numbers` are set to the right. Texts are taken literally."""
    table = Table(box=SIMPLE_HEAD)
    right = frozenset(numbers)
    for head in heads:
        table.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    console().print(table)


def console() -> Console:
    """Standard output; as wide as needed where it is no terminal, so that scripts get whole lines."""
    output = Console()
    return output if output.is_terminal else Console(width=1000, no_color=True)
