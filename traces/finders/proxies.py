"""Latency that no application spends: in the proxies, in new connections, in the network between them.

For requests that both proxies reported, the caller's proxy saw `client` time, the callee's `server` time; what lies
between them is the network and the two proxies' own work. What a proxy holds a request before sending it on
(`upstream_queue`) is filters, external authorization, or a full connection pool.
"""

from collections.abc import Iterator, Sequence

from meshhub.quantities import duration, share
from storage.records.findings import ProxyTimesRow
from traces.finders.model import Finding, Severity, ends

MIN_REQUESTS = 20
HIDDEN_SHARE = 0.3
MIN_MEAN_US = 3_000
"""Less than this is not worth a finding whatever its share: a proxy costs about half a millisecond."""

FIXES = {
    "callee": "Look at the callee's proxy: filters that call out (ext_authz, rate limit), Lua or Wasm, CPU limits.",
    "caller": (
        "Look at the caller's proxy: waiting for a connection (circuit_breakers max_connections, "
        "max_pending_requests), filters that call out, CPU limits."
    ),
    "connections": (
        "Keep connections open: raise max_requests_per_connection and the idle timeouts, use HTTP/2 between proxies, "
        "and look for what closes them."
    ),
    "between": (
        "Look at the CPU limits of both proxies (throttling shows here), at the node's network, and whether caller and "
        "callee are in different zones."
    ),
}


def find_slow_proxies(rows: Sequence[ProxyTimesRow]) -> Iterator[Finding]:
    """One finding per relation of which a large part of the time is not spent in the callee's application."""
    for row in rows:
        hidden = {
            "caller": float(max(row.client_queue_us - row.connect_us, 0)),
            "connections": float(row.connect_us),
            "callee": float(row.server_queue_us),
        }
        hidden["between"] = max(row.client_us - row.server_us - hidden["caller"] - hidden["connections"], 0.0)
        total = sum(hidden.values())
        if (
            not row.client_us
            or row.requests < MIN_REQUESTS
            or total < MIN_MEAN_US * row.requests
            or total < HIDDEN_SHARE * row.client_us
        ):
            continue
        source, destination = ends(row)
        where = max(hidden, key=lambda part: hidden[part])
        yield Finding(
            "latency-in-proxies",
            Severity.WARNING,
            source,
            destination,
            f"{share(total / row.client_us)} of {source.service} → {destination.service} passes outside applications",
            f"Of {duration(row.client_us / row.requests)} per request {duration(total / row.requests)} passed "
            f"in the proxies and between them: {_parts(hidden, row.requests)}. 95 % of requests lost less than "
            f"{duration(row.between_p95_us)} outside the callee's proxy ({row.requests:,} requests).",
            FIXES[where],
            {"requests": row.requests, "client_us": row.client_us, "server_us": row.server_us, **hidden},
            tuple(row.examples),
        )


_WORDS = {
    "caller": "held by the caller's proxy",
    "connections": "new connections",
    "callee": "held by the callee's proxy",
    "between": "network and the proxies' own work",
}


def _parts(hidden: dict[str, float], requests: int) -> str:
    parts = sorted(hidden.items(), key=lambda part: -part[1])
    return ", ".join(f"{_WORDS[name]} {duration(total / requests)}" for name, total in parts if total)
