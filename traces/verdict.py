"""What went wrong with a request and where its time went, in sentences."""

from collections.abc import Iterator, Sequence

from meshhub.model import Reporter
from meshhub.quantities import duration, plural, share
from traces.model import Hop, Note, ProxyReport
from traces.party_words import hop_name, party_name
from traces.time_model import Spent, TimePart

GOOD_PART = 0.3
"""A hop with this part of the whole time is worth a sentence."""

RETRIES_NAMED = 5

_WHERE = {
    TimePart.RETRIES: "attempts before the last one",
    TimePart.CONNECT: "making a connection to {callee}",
    TimePart.QUEUE: "the proxy of {caller}, before it sent the request on",
    TimePart.NETWORK: "the network between the two proxies",
    TimePart.CALLEE_PROXY: "the proxy of {callee}, before its application had the request",
    TimePart.UPSTREAM: "the application of {callee}",
    TimePart.BEYOND: "{callee} or on the way there",
    TimePart.TRANSFER: "passing the answer on",
    TimePart.UNKNOWN: "what no proxy timed",
}


def judge(hops: Sequence[Hop], spent: Sequence[Spent], duration_us: int) -> Iterator[Note]:
    """Where it failed first and why, what was tried again, and which hop is the bottleneck."""
    yield from _failure(hops)
    yield from _retries(hops)
    yield from _bottleneck({hop.id: hop for hop in hops}, spent, duration_us)


def origin_of(hops: Sequence[Hop]) -> Hop | None:
    """Where a failure began: the innermost hop that failed, first by time; None if none did."""
    ill = [hop for hop in hops if hop.outcome.failed]
    parents = {hop.parent for hop in ill}
    return min((hop for hop in ill if hop.id not in parents), key=lambda hop: hop.start_us, default=None)


def why(hop: Hop) -> str:
    """Why a call failed, as far as its two proxies said, without a full stop."""
    told = [report for report in (hop.client, hop.server) if report is not None]
    for report in told:
        details = [each for each in report.details if each.code != "via_upstream"]
        reasons = [*report.flags[:1], *(each for each in details[-1:] if each.text)]
        if reasons:
            words = "; ".join(dict.fromkeys(f"{each.text.rstrip('.')} ({each.name or each.code})" for each in reasons))
            return f"{words}{_host(report)}"
    return _answer(hop, told)


def _answer(hop: Hop, told: Sequence[ProxyReport]) -> str:
    callee = party_name(hop.destination)
    if not told:
        return "nobody said why"
    grpc = f"gRPC status {told[0].grpc_status}" if told[0].grpc_status > 0 else ""
    code = grpc or (str(told[0].response_code) if told[0].response_code else "")
    if not code:
        return "no proxy said why"
    if hop.server is not None:
        return f"the application of {callee} itself answered {code}"
    return f"{callee} answered {code}; its proxy did not report, so it is not known whether it or its application did"


def _host(report: ProxyReport) -> str:
    return f", host {report.upstream_host}" if report.upstream_host and report.reporter is Reporter.CLIENT else ""


def _failure(hops: Sequence[Hop]) -> Iterator[Note]:
    origin = origin_of(hops)
    if origin is None:
        return
    at = f"at hop {origin.id}, {hop_name(origin)}: {why(origin)}."
    if hops[0].outcome.failed:
        yield Note("failed-at", f"It failed first {at}")
    else:
        yield Note("failed-within", f"A call within it failed {at} The request did not fail because of that.")


def _retries(hops: Sequence[Hop]) -> Iterator[Note]:
    late = [hop for hop in hops if len(hop.attempts) > 1 and not hop.outcome.failed]
    for hop in late[:RETRIES_NAMED]:
        text = f"Hop {hop.id}, {hop_name(hop)}, was answered at attempt {len(hop.attempts)}"
        for attempt in hop.attempts[:RETRIES_NAMED]:
            if attempt.server is not None and attempt.server.outcome.failed:
                text += (
                    f"; attempt {attempt.number}, at {attempt.server.instance}, ended with {_ending(attempt.server)}"
                )
        unseen = sum(attempt.server is None for attempt in hop.attempts)
        if unseen:
            text += (
                f"; {plural(unseen, 'attempt')} came to no proxy of {party_name(hop.destination)} that reports: its "
                "host is down, or refuses connections"
            )
        yield Note("answered-late", f"{text}.")


def _ending(report: ProxyReport) -> str:
    return str(report.response_code) if report.response_code else report.outcome.value.replace("_", " ")


def _bottleneck(by_id: dict[str, Hop], spent: Sequence[Spent], duration_us: int) -> Iterator[Note]:
    if not spent or duration_us <= 0 or spent[0].time_us < duration_us * GOOD_PART:
        return
    hop, most = by_id[spent[0].hop], spent[0]
    text = (
        f"{duration(most.time_us)} of {duration(duration_us)} ({share(most.time_us / duration_us)}) went to hop "
        f"{hop.id}, {hop_name(hop)}, without the calls that it led to"
    )
    part = max(most.parts, key=lambda each: most.parts[each], default=None)
    if part is not None:
        where = _WHERE[part].format(caller=party_name(hop.source), callee=party_name(hop.destination))
        text += f": {duration(most.parts[part])} of that in {where}"
    yield Note("bottleneck", f"{text}.")
