"""Whether a request was traced, and why not: what its trace context or its id says, and what arrived."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from meshhub.quantities import plural
from traces.model import ContextBreak, Decision, Sampling
from traces.party_words import workload_name

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

_LOST_WORDS = {"request-id": "the request id", "trace": "the trace context"}

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


def with_breaks(sampling: Sampling, breaks: Sequence[ContextBreak]) -> Sampling:
    """The same, and which services cut the trace or the request id on the way."""
    lost: dict[str, list[str]] = {}
    for each in breaks:
        lost.setdefault(each.lost, []).append(workload_name(each.service))
    told = []
    for what, names in lost.items():
        named = list(dict.fromkeys(names))
        told.append(f"{' and '.join(named)} {'do' if len(named) > 1 else 'does'} not pass {_LOST_WORDS[what]} on")
    return replace(sampling, text=f"{sampling.text} But {'; '.join(told)}.") if told else sampling


def explain_lost(services: Sequence[str], spans: Mapping[str, int]) -> str:
    """Why a request that was sampled has no spans, by who sent spans in the minutes around it.

    Args:
        services: those whose proxies reported the request.
        spans: by service how many spans are stored of that time; of all together under "".
    """
    if not spans.get(""):
        return (
            "No span of any service is stored of that time: they were kept for less long than access logs, or none was "
            "sent."
        )
    sending = [service for service in services if spans.get(service)]
    if not sending:
        return (
            f"{plural(spans[''], 'span')} of other services came in the two minutes around it and none of its own: its "
            "proxies have no tracing configured for this hub."
        )
    silent = [service for service in services if not spans.get(service)]
    text = f"{', '.join(sending)} sent spans of other requests in the two minutes around it, so those of this one were "
    text += "dropped on the way (an exporter's full queue, or a collector that samples)."
    return f"{text} {', '.join(silent)} sent none at all." if silent else text


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
