"""Envoy's response flags in words.

Names as Envoy 1.40 has them (access log documentation, %RESPONSE_FLAGS% and %RESPONSE_FLAGS_LONG%).
"""

from traces.model import Explanation


def explain_flags(flags: str) -> tuple[Explanation, ...]:
    """Each of the comma-separated short names, in order; one that Envoy 1.40 does not know explains itself so."""
    return tuple(explain_flag(flag) for flag in flags.split(",") if flag)


def explain_flag(flag: str) -> Explanation:
    """One flag by its short name."""
    return RESPONSE_FLAGS.get(flag) or Explanation(
        flag, flag, "A response flag that this version of meshhub does not know."
    )


_TABLE = (
    ("DC", "DownstreamConnectionTermination", "The caller closed the connection before the answer was complete."),
    ("DF", "DnsResolutionFailed", "The name of the upstream host could not be resolved."),
    ("DI", "DelayInjected", "Fault injection delayed the request on purpose."),
    ("DO", "DropOverload", "Dropped because the control plane asked to shed load for this cluster."),
    ("DPE", "DownstreamProtocolError", "What the caller sent breaks the HTTP protocol."),
    ("DR", "DownstreamRemoteReset", "The caller reset the stream."),
    ("DT", "DurationTimeout", "The request or connection lasted longer than its maximum duration."),
    ("FI", "FaultInjected", "Fault injection aborted the request on purpose."),
    ("IH", "InvalidEnvoyRequestHeaders", "Rejected because an x-envoy-* request header is not valid."),
    ("LH", "FailedLocalHealthCheck", "The service failed its own health check, so its proxy refused the request."),
    ("LR", "LocalReset", "The proxy itself reset the stream to the upstream."),
    ("NC", "NoClusterFound", "The route names an upstream cluster that the proxy does not have."),
    ("NFCF", "NoFilterConfigFound", "A filter's configuration was not delivered in time."),
    ("NR", "NoRouteFound", "No route (or, for connections, no filter chain) matched the request."),
    ("OM", "OverloadManagerTerminated", "The proxy is overloaded and its overload manager ended the request."),
    ("RFCF", "ResponseFromCacheFilter", "Answered from the proxy's cache."),
    ("RL", "RateLimited", "The rate limit was exceeded."),
    ("RLSE", "RateLimitServiceError", "The rate limit service failed, and the request was refused because of that."),
    ("SI", "StreamIdleTimeout", "Nothing was sent in either direction for longer than the idle timeout."),
    ("UAEX", "UnauthorizedExternalService", "The external authorization service denied the request."),
    ("UC", "UpstreamConnectionTermination", "The upstream closed the connection before the answer was complete."),
    (
        "UDO",
        "UnconditionalDropOverload",
        "Dropped because the control plane asked to drop everything for this cluster.",
    ),
    (
        "UF",
        "UpstreamConnectionFailure",
        "No connection to the upstream host could be made (refused, timed out or TLS).",
    ),
    ("UH", "NoHealthyUpstream", "The upstream cluster has no healthy host: none exists, or all are down or ejected."),
    ("UMSDR", "UpstreamMaxStreamDurationReached", "The request reached the maximum duration of an upstream stream."),
    ("UO", "UpstreamOverflow", "A circuit breaker is open: too many connections, requests or retries to the upstream."),
    ("UPE", "UpstreamProtocolError", "What the upstream answered breaks the HTTP protocol."),
    ("UR", "UpstreamRemoteReset", "The upstream reset the stream."),
    (
        "URX",
        "UpstreamRetryLimitExceeded",
        "Every attempt that the retry policy allows was made, and the last failed too.",
    ),
    ("UT", "UpstreamRequestTimeout", "The upstream did not answer within the route's timeout."),
)

RESPONSE_FLAGS = {code: Explanation(code, name, text) for code, name, text in _TABLE}
"""Every core response flag by its short name."""
