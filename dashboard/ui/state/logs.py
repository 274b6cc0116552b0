"""The state of the access-log page as its URL says it."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from dashboard.reads.log_answers import LogOrder
from dashboard.ui import query
from dashboard.ui.query import View
from meshhub.expression.printing import quote

EXPRESSION, ROW, COLUMNS, ORDER, TAIL = "q", "row", "cols", "order", "tail"


@dataclass(frozen=True, slots=True)
class LogsState:
    """What the page is asked to show. `row` is the id of the row that is explained; empty for none."""

    view: View
    expression: str = ""
    row: str = ""
    order: LogOrder = LogOrder.NEWEST
    tail: bool = False

    @property
    def full_expression(self) -> str:
        """The expression within the scope of the frame: its namespaces, where it names any."""
        return within(self.expression, self.view.namespaces)


def within(expression: str, namespaces: tuple[str, ...]) -> str:
    """The expression, narrowed to requests from or to these namespaces; as it is where there are none."""
    if not namespaces:
        return expression
    names = ", ".join(quote(name) for name in namespaces)
    scope = f"(source_namespace in ({names}) or destination_namespace in ({names}))"
    return f"{scope} and ({expression})" if expression else scope


def parse(search: str | None) -> LogsState:
    """Read the query part of a URL, with or without "?".

    Raises:
        UnreadableQuery: a value cannot be read.
    """
    given = {key: values[-1] for key, values in parse_qs((search or "").lstrip("?"), keep_blank_values=True).items()}
    return LogsState(
        query.parse(search),
        given.get(EXPRESSION, "").strip(),
        given.get(ROW, ""),
        query.member(LogOrder, ORDER, given.get(ORDER) or LogOrder.NEWEST),
        given.get(TAIL) == "on",
    )
