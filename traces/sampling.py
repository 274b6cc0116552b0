"""Whether a request was traced, and why not: what its trace context or its id says, and what arrived."""

import re

from traces.model import Decision, Sampling

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

_REASON_AT = 14
"""Where Envoy's UUID request ids carry the trace reason (data-plane-api, extensions/request_id/uuid/v3/uuid.proto)."""

_DECISIONS = {
    "4": Decision.NOT_TRACED,
    "9": Decision.SAMPLED,
    "a": Decision.FORCED_BY_SERVER,
    "b": Decision.FORCED_BY_CLIENT,
}

_WHY = {
    Decision.NOT_TRACED: "its request id bears no mark of sampling",
    Decision.SAMPLED: "its request id says that it was sampled",
    Decision.FORCED_BY_SERVER: "its request id says that a proxy forced tracing",
    Decision.FORCED_BY_CLIENT: "its request id says that the client forced tracing",
    Decision.FOREIGN_ID: "its request id is not one of Envoy's UUIDs, so it says nothing of sampling",
}

_LOST = "Either the caller's traceparent forbade it, its spans were lost, or the proxies send no spans to this hub."
_UNSAMPLED = "The hops come from access logs, which have every request."
_FOREIGN = (
    "Envoy does not trace such requests unless use_request_id_for_trace_sampling is false in its "
    "UuidRequestIdConfig. The hops come from access logs, which have every request."
)


def decision_of(request_id: str) -> Decision:
    """What the id says."""
    if not _UUID.fullmatch(request_id):
        return Decision.FOREIGN_ID
    return _DECISIONS.get(request_id[_REASON_AT].lower(), Decision.FOREIGN_ID)


def explain_sampling(request_id: str, spans: int, flag: str) -> Sampling:
    """Why there is a trace of `spans` spans, or none.

    Args:
        request_id: the x-request-id.
        spans: how many spans are stored.
        flag: the sampling flag of the trace context, where a proxy logged one: "yes", "no", else "unknown".
    """
    if flag == "yes":
        return _explain_sampled(spans)
    if flag == "no":
        return _explain_unsampled(spans)
    decision = decision_of(request_id)
    why = _WHY[decision]
    if spans:
        count = _count(spans)
        if decision is Decision.NOT_TRACED:
            why += ", so a traceparent or an application chose it for tracing"
        return Sampling(decision, spans, f"Traced with {count}: {why}.")
    if decision is Decision.NOT_TRACED:
        return Sampling(decision, spans, f"No trace exists: {why}, so it was not chosen for tracing. {_UNSAMPLED}")
    if decision is Decision.FOREIGN_ID:
        return Sampling(decision, spans, f"No trace exists: {why}. {_FOREIGN}")
    return Sampling(decision, spans, f"No trace is stored, although {why}. {_LOST}")


def _explain_sampled(spans: int) -> Sampling:
    if spans:
        return Sampling(
            Decision.SAMPLED, spans, f"Traced with {_count(spans)}: its traceparent says that it was sampled."
        )
    text = "No trace is stored, although its traceparent says that it was sampled."
    return Sampling(Decision.SAMPLED, spans, f"{text} Its spans were lost, or the proxies send none to this hub.")


def _explain_unsampled(spans: int) -> Sampling:
    if spans:
        text = f"Traced with {_count(spans)}, although its traceparent says that it was not sampled."
        return Sampling(Decision.NOT_TRACED, spans, f"{text} Whoever made them decided otherwise.")
    text = "No trace exists: it was not sampled, says its traceparent."
    return Sampling(Decision.NOT_TRACED, spans, f"{text} {_UNSAMPLED}")


def _count(spans: int) -> str:
    return "one span" if spans == 1 else f"{spans} spans"
