"""Where the time of calls went, in parts that add up to the whole.

A part is what the proxies measured of it (traces.model.Parts). Nothing is counted twice: what does not fit into the
whole any more is cut off, and what nobody measured is a part of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from meshhub.outcome import is_unreached
from traces.model import Hop, ProxyReport
from traces.time_model import Breakdown, Spent, TimePart

_GIVES_WAY = (
    TimePart.UPSTREAM,
    TimePart.BEYOND,
    TimePart.UNKNOWN,
    TimePart.CALLEE_PROXY,
    TimePart.NETWORK,
    TimePart.TRANSFER,
    TimePart.RETRIES,
    TimePart.CONNECT,
    TimePart.QUEUE,
)
"""What the calls made for a call are taken out of, in this order: the application made them while it was waited for."""


def break_down(client: ProxyReport | None, server: ProxyReport | None, *, connection: bool) -> Breakdown:
    """Where the time of one call went, by what the caller's and the callee's proxy said of its last attempt.

    Args:
        client: the caller's report.
        server: the callee's report of the last attempt.
        connection: it is a TCP connection, of which proxies time nothing but its length.
    """
    report = client or server
    if report is None:
        return Breakdown(0, {})
    if connection:
        return _fill(report.duration_us, [])
    if client is None:
        return _fill(report.duration_us, _at_callee(report))
    parts, waited = client.parts, client.parts.first_byte_us + client.parts.response_us
    steps = _before_sending(client)
    if _is_unreached(client):
        return _fill(client.duration_us, [(_before_refusal(client), client.duration_us)])
    if server is not None:
        if waited:
            steps.append((TimePart.NETWORK, waited - server.duration_us))
        steps += _at_callee(server)
    else:
        left = client.duration_us - parts.queue_us
        steps.append((TimePart.BEYOND, parts.first_byte_us or left))
    if waited and (parts.queue_us or parts.response_us):
        steps.append((TimePart.TRANSFER, client.duration_us))
    return _fill(client.duration_us, steps)


def spend(hops: Sequence[Hop], duration_us: int) -> tuple[Spent, ...]:
    """How much of the whole request's time every hop took by itself, without the calls made for it; most first.

    Together with the time in which no hop ran it adds up to `duration_us`. Of calls side by side the one that began
    first has the time in which both ran. A hop that only waited for its calls is not listed: nothing was spent there.
    """
    children: dict[str, list[Hop]] = defaultdict(list)
    for hop in hops:
        children[hop.parent].append(hop)
    spent = []
    roots, _ = _cover(children[""], 0, duration_us)
    stack = list(roots)
    while stack:
        hop, start, end = stack.pop()
        below, covered = _cover(children[hop.id], start, end)
        stack += below
        own = end - start - covered
        if own:
            spent.append(Spent(hop.id, own, _without(hop.times, hop.times.total_us - own)))
    return tuple(sorted(spent, key=lambda each: (-each.time_us, each.hop)))


def add_up(spent: Iterable[Spent], duration_us: int) -> Breakdown:
    """The parts of all hops together; what is left of the whole is unknown."""
    total: dict[TimePart, int] = defaultdict(int)
    for each in spent:
        for part, time in each.parts.items():
            total[part] += time
    total[TimePart.UNKNOWN] += duration_us - sum(total.values())
    return Breakdown(duration_us, _present(total))


def _is_unreached(client: ProxyReport) -> bool:
    """Whether the last attempt never got as far as the callee."""
    return is_unreached(",".join(flag.code for flag in client.flags))


def _before_refusal(client: ProxyReport) -> TimePart:
    """What a proxy did all the time that ended without a connection."""
    if client.attempts > 1:
        return TimePart.RETRIES
    return TimePart.CONNECT if client.upstream_host else TimePart.QUEUE


def _before_sending(client: ProxyReport) -> list[tuple[TimePart, int]]:
    """Envoy logs how long a connection took to be made with every request that uses it, and times the last attempt."""
    queue, connecting = client.parts.queue_us, client.parts.connect_us + client.parts.handshake_us
    made = connecting if connecting <= queue else 0
    return [
        (TimePart.CONNECT, made),
        (TimePart.RETRIES if client.attempts > 1 else TimePart.QUEUE, queue - made),
    ]


def _at_callee(server: ProxyReport) -> list[tuple[TimePart, int]]:
    parts, length = server.parts, server.duration_us
    if not server.upstream_host:
        return [(TimePart.CALLEE_PROXY, length)]
    waiting = parts.first_byte_us or length - parts.queue_us
    steps = [(TimePart.CALLEE_PROXY, parts.queue_us), (TimePart.UPSTREAM, waiting)]
    if parts.queue_us or parts.response_us:
        steps.append((TimePart.TRANSFER, length - parts.queue_us - waiting))
    return steps


def _fill(total_us: int, steps: Iterable[tuple[TimePart, int]]) -> Breakdown:
    """Give every step its time as long as there is any; the rest is unknown."""
    left = total_us
    parts: dict[TimePart, int] = defaultdict(int)
    for part, time in steps:
        taken = min(max(time, 0), left)
        parts[part] += taken
        left -= taken
    parts[TimePart.UNKNOWN] += left
    return Breakdown(total_us, _present(parts))


def _without(whole: Breakdown, time: int) -> Mapping[TimePart, int]:
    """What is left of the parts once so much is taken out."""
    left = dict(whole.parts)
    for part in _GIVES_WAY:
        taken = min(left.get(part, 0), time)
        time -= taken
        left[part] = left.get(part, 0) - taken
    return _present(left)


def _present(parts: Mapping[TimePart, int]) -> Mapping[TimePart, int]:
    """In the order of the enumeration, without what is 0."""
    return {part: parts[part] for part in TimePart if parts.get(part)}


def _cover(calls: Iterable[Hop], start: int, end: int) -> tuple[list[tuple[Hop, int, int]], int]:
    """Which call has which stretch of a time, and how much of it they have together."""
    stretches, reached = [], start
    for call in sorted(calls, key=lambda each: (each.start_us, each.id)):
        first, last = max(call.start_us, reached), min(call.start_us + call.duration_us, end)
        if last > first:
            stretches.append((call, first, last))
            reached = last
    return stretches, sum(last - first for _, first, last in stretches)
