"""Who is to blame where a trace has holes: spans that others name as parents and that did not come, and services that
went on with another trace context than they were asked with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from storage.records.access_logs import AccessLog
from storage.records.spans import Span
from traces.calls import is_server
from traces.proxy_spans import PROXY
from traces.trace_model import Break, Flaw, Gap
from traces.tree import CALLED, CALLING, Tree

LogsBySpan = Mapping[str, Sequence[AccessLog]]


def find_gaps(tree: Tree, logs: LogsBySpan) -> list[Gap]:
    """The missing spans, by indexes of the tree, in the order of their first child."""
    missing: dict[str, list[int]] = defaultdict(list)
    for index, flaws in sorted(tree.flaws.items()):
        if Flaw.MISSING_PARENT in flaws:
            missing[tree.spans[index].parent_span_id].append(index)
    return [
        Gap(span_id, tuple(children), *_suspect(span_id, tree.spans[children[0]], logs))
        for span_id, children in missing.items()
    ]


def find_breaks(logs: Sequence[AccessLog]) -> list[Break]:
    """Services whose calls carry another trace id than the request that they served for them, each pair once.

    Args:
        logs: the access logs of one request id.
    """
    served: dict[tuple[str, str], set[str]] = defaultdict(set)
    for log in logs:
        if is_server(log) and log.trace_id:
            served[log.namespace, log.service].add(log.trace_id)
    found: dict[tuple[str, str, str], Break] = {}
    for log in logs:
        known = served.get((log.namespace, log.service))
        if not is_server(log) and log.trace_id and known and log.trace_id not in known:
            first = min(known)
            found.setdefault((log.service, first, log.trace_id), Break(log.service, first, log.trace_id))
    return list(found.values())


def _suspect(missing: str, orphan: Span, logs: LogsBySpan) -> tuple[str, str]:
    """Who should have sent it, and how that is known."""
    for log in logs.get(missing, ()):
        return log.service, f"The proxy of {log.service} logged the request of that span, but the span did not come."
    for log in logs.get(orphan.span_id, ()):
        if is_server(log) and log.source_service:
            return log.source_service, (
                f"{log.source_service} called {orphan.service}, as the access log says, with the id of a span that it "
                "did not send."
            )
    name = orphan.service or "an unknown service"
    if orphan.kind in CALLING and orphan.component == PROXY:
        return orphan.service, (
            f"The proxy of {name} was asked by its own application with the id of a span that the application did not "
            "send."
        )
    if orphan.kind in CALLED:
        return "", f"Whoever called {name} gave the id of a span that did not come; no access log says who that was."
    return orphan.service, f"It is a span of {name} itself that did not come: the span below it was made within it."
