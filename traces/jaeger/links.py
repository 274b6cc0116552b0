"""Addresses of the Jaeger UI, which Kiali, Grafana and runbooks link to, as views of the hub's own pages."""

from collections.abc import Iterator
from datetime import UTC, datetime

from meshhub.expression import And, Comparison, Expression, Field, Kind, Operator, Or, print_expression
from storage.filters import REQUEST_FIELDS
from traces.compat.model import TraceQuery
from traces.compat.reading import Pairs, Parameters
from traces.jaeger.v1 import read_search

SECOND = 10**9
BETWEEN = "..."
"""What stands between the ids of two traces that are compared."""

Parameter = dict[str, str]


def read_trace_link(path: str, pairs: Pairs) -> Parameter:
    """/trace/<id>?uiFind=<text> and /trace/<id>...<id>: the parameters of the page of a trace."""
    first, _, other = path.partition(BETWEEN)
    shown = {"id": first, "with": other, "find": Parameters(pairs).text("uiFind")}
    return {name: value for name, value in shown.items() if value}


def read_search_link(pairs: Pairs, *, now_ns: int) -> Parameter:
    """/search?service=…&operation=…&tags=…&start=…&end=…: the parameters of the page of requests.

    Raises:
        QueryFault: a parameter cannot be read, or goes over a limit.
    """
    query, _ = read_search(pairs, now_ns=now_ns)
    end_ns = min(query.end_ns, now_ns)
    seconds = max(1, -(-(end_ns - query.start_ns) // SECOND))
    wanted = And(tuple(_conditions(query)))
    shown = {"window": f"{seconds}s", "q": print_expression(wanted)}
    if query.end_ns < now_ns:
        shown["end"] = datetime.fromtimestamp(-(-end_ns // SECOND), UTC).isoformat()
    return {name: value for name, value in shown.items() if value}


def _conditions(query: TraceQuery) -> Iterator[Expression]:
    if query.service:
        yield _service(query.service)
    if query.operation:
        yield _compare("operation", Operator.EQUAL, query.operation)
    if query.shortest_ns:
        yield _compare("duration", Operator.GREATER_OR_EQUAL, query.shortest_ns / 1000)
    if query.longest_ns:
        yield _compare("duration", Operator.LESS_OR_EQUAL, query.longest_ns / 1000)
    for condition in query.any_of[0] if query.any_of else ():
        if condition.key == "error" and condition.text in ("true", "false"):
            yield _compare("error", Operator.EQUAL, condition.text == "true")
        elif condition.key:  # no attribute is without a name
            yield Comparison(Field(condition.key, Kind.ANY), Operator.EQUAL, condition.text)


def _service(name: str) -> Expression:
    """<service>.<namespace>, or a service in any namespace, whose name may have dots itself."""
    whole = _compare("service", Operator.EQUAL, name)
    service, _, namespace = name.rpartition(".")
    if not service:
        return whole
    return Or(
        (whole, And((_compare("service", Operator.EQUAL, service), _compare("namespace", Operator.EQUAL, namespace))))
    )


def _compare(name: str, operator: Operator, value: str | float | bool) -> Comparison:
    field = REQUEST_FIELDS.find(name)
    if field is None:
        raise LookupError(f"requests have no field {name}")
    return Comparison(field, operator, value)
