"""What expressions may ask of the graph. docs/how-to/find-language.md explains each to users."""

from meshhub.expression import Field, Fields, Kind
from meshhub.outcome import Outcome
from topology.health.model import Health
from topology.model import NodeKind, Transport

OF_NODES = (
    Field("kind", Kind.ENUMERATION, "what stands at a node", members=tuple(NodeKind)),
    Field("indegree", Kind.NUMBER, "how many others call it", ("callers",)),
    Field("outdegree", Kind.NUMBER, "how many others it calls", ("callees",)),
    Field("reporting", Kind.BOOLEAN, "its own proxy sent access logs"),
)
"""Hold for no edge, not even negated."""

OF_EDGES = (
    Field("from", Kind.TEXT, "the caller's name", ("source",)),
    Field("to", Kind.TEXT, "the callee's name", ("destination",)),
    Field("fromns", Kind.TEXT, "the caller's namespace"),
    Field("tons", Kind.TEXT, "the callee's namespace"),
    Field("flag", Kind.TEXT, "an Envoy response flag that occurred", ("flags",)),
    Field("code", Kind.TEXT, "an HTTP status that occurred", ("status",)),
    Field("grpc", Kind.TEXT, "a gRPC status number that occurred"),
    Field("principal", Kind.TEXT, "the SPIFFE id of either end", ("spiffe",)),
    Field("retries", Kind.NUMBER, "attempts beyond the first"),
    Field("attempts", Kind.NUMBER, "attempts per request", ("amplification",)),
    Field("note", Kind.TEXT, "the code of a note, such as server-not-measured"),
)
"""Hold for no node, not even negated."""

OF_BOTH = (
    Field("name", Kind.TEXT, "the service; of an edge, of either end", ("service", "svc")),
    Field("ns", Kind.TEXT, "the namespace; of an edge, of either end", ("namespace",)),
    Field("cluster", Kind.TEXT, "the cluster; of an edge, of either end"),
    Field("version", Kind.TEXT, "a version; of an edge, of either end"),
    Field("workload", Kind.TEXT, "a Deployment, StatefulSet, …; of an edge, of either end", ("wl",)),
    Field("id", Kind.TEXT, "the id in the API"),
    Field("protocol", Kind.ENUMERATION, "what it speaks, or is spoken to with", ("transport",), tuple(Transport)),
    Field("rps", Kind.NUMBER, "requests per second", ("rate",)),
    Field("requests", Kind.NUMBER, "requests in the window"),
    Field("err", Kind.SHARE, "share of failed requests, without 4xx", ("errors",)),
    Field("4xx", Kind.SHARE, "share of requests answered with 4xx"),
    Field("5xx", Kind.SHARE, "share of requests answered with 5xx"),
    Field(
        "outcome",
        Kind.ENUMERATION,
        "how some requests ended that did not end well",
        members=tuple(kind for kind in Outcome if kind is not Outcome.OK),
    ),
    Field("p50", Kind.DURATION, "median duration; of a node, of the slowest edge into it"),
    Field("p90", Kind.DURATION, "90th percentile of the duration"),
    Field("p95", Kind.DURATION, "95th percentile of the duration"),
    Field("p99", Kind.DURATION, "99th percentile of the duration"),
    Field("mtls", Kind.BOOLEAN, "all requests of known security went over mutual TLS"),
    Field("mtlsshare", Kind.SHARE, "share of requests over mutual TLS"),
    Field("health", Kind.ENUMERATION, "the state", members=tuple(Health)),
    Field("healthy", Kind.BOOLEAN, "its state is healthy"),
    Field("degraded", Kind.BOOLEAN, "its state is degraded"),
    Field("failing", Kind.BOOLEAN, "its state is failing"),
    Field("idle", Kind.BOOLEAN, "no requests in the window"),
    Field("measured", Kind.BOOLEAN, "something measured it"),
)

FIELDS = Fields((*OF_BOTH, *OF_NODES, *OF_EDGES))
