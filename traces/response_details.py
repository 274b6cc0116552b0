"""Envoy's response code details, termination details and transport failures in words.

Details are texts of Envoy's source (source/common/http, filters), often with a reason in braces or brackets; they are
not an interface, so what is not known here is shown as it is. Access logs have underscores for their spaces.
"""

import re

from storage.records.access_logs import AccessLog
from traces.model import Explanation

_DETAIL = re.compile(r"(?P<code>[^\[{(]+)[\[{(]?(?P<reason>.*?)[\]})]*$", re.DOTALL)


def explain_details(log: AccessLog) -> tuple[Explanation, ...]:
    """What the proxy said of why the request ended as it did, most general first."""
    found = []
    if log.response_code_details:
        found.append(explain_detail(log.response_code_details))
    if log.connection_termination_details:
        found.append(explain_detail(log.connection_termination_details))
    if log.upstream_transport_failure_reason:
        found.append(_explain_transport(log.upstream_transport_failure_reason))
    return tuple(found)


def explain_detail(detail: str) -> Explanation:
    """One detail; `name` is its code without the reason that it carries, `text` the explanation with the reason."""
    match = _DETAIL.match(detail)
    code = match["code"].strip("_ ") if match else detail
    reason = match["reason"].strip("|, ") if match else ""
    text = _DETAILS.get(code, "")
    if not text:
        text = next((words for prefix, words in _PREFIXES if code.startswith(prefix)), "")
    if reason:
        text = f"{text} Reason: {reason.replace('_', ' ')}.".strip()
    return Explanation(detail, code, text)


def _explain_transport(reason: str) -> Explanation:
    spaced = reason.replace("_", " ")
    for part, words in _TRANSPORT:
        if part in spaced:
            return Explanation(reason, "upstream_transport_failure", words)
    return Explanation(reason, "upstream_transport_failure", "The connection to the upstream host failed.")


_DETAILS = {
    "via_upstream": "The answer came from the upstream as it is.",
    "direct_response": "The route answers by itself, without an upstream.",
    "route_not_found": "No route matched the request.",
    "cluster_not_found": "The route names an upstream cluster that the proxy does not have.",
    "no_healthy_upstream": "The upstream cluster has no healthy host.",
    "upstream_reset_before_response_started": "The upstream stream broke before any answer came.",
    "upstream_reset_after_response_started": "The upstream stream broke while its answer was being sent.",
    "upstream_response_timeout": "The upstream did not answer within the route's timeout.",
    "response_timeout": "The upstream did not answer within the route's timeout.",
    "upstream_per_try_timeout": "The upstream did not answer within the timeout of one attempt.",
    "upstream_max_stream_duration_reached": "The request reached the maximum duration of an upstream stream.",
    "max_duration_timeout": "The request reached the maximum duration of a stream.",
    "request_overall_timeout": "The request did not arrive completely within the request timeout.",
    "request_header_timeout": "The request's headers did not arrive within their timeout.",
    "stream_idle_timeout": "Nothing was sent in either direction for longer than the idle timeout.",
    "downstream_remote_disconnect": "The caller closed the connection before the answer was complete.",
    "downstream_local_disconnect": "The proxy closed the caller's connection.",
    "codec_error": "A peer broke the HTTP protocol.",
    "overload": "The proxy is overloaded and refused the request.",
    "maintenance_mode": "The upstream cluster is in maintenance mode.",
    "drop_overload": "Dropped because the control plane asked to shed load.",
    "dropped_request": "Dropped on purpose to shed load.",
    "fault_filter_abort": "Fault injection aborted the request on purpose.",
    "request_rate_limited": "The rate limit was exceeded.",
    "rate_limited": "The rate limit was exceeded.",
    "local_rate_limited": "The proxy's own rate limit was exceeded.",
    "rate_limiter_error": "The rate limit service failed, and the request was refused because of that.",
    "ext_authz_denied": "The external authorization service denied the request.",
    "ext_authz_error": "The external authorization service failed, and the request was denied because of that.",
    "rbac_access_denied_matched_policy": "An authorization policy of the mesh denied the request.",
    "jwt_authn_access_denied": "The request's token (JWT) is missing or was refused.",
    "missing_host_header": "The request has no host.",
    "missing_path_rejected": "The request has no path.",
    "absolute_path_rejected": "The request has an absolute path, which is not allowed.",
    "path_normalization_failed": "The request's path cannot be normalized.",
    "request_headers_failed_strict_check": "A request header breaks a strict check.",
    "invalid_envoy_request_headers": "An x-envoy-* request header is not valid.",
    "low_version": "HTTP/1.0 is not accepted here.",
    "upgrade_failed": "The route does not allow this protocol upgrade.",
    "request_payload_too_large": "The request's body is larger than the proxy may buffer.",
    "request_payload_exceeded_retry_buffer_limit": "The request's body was too large to be kept for a retry.",
    "response_payload_too_large": "The answer's body is larger than the proxy may buffer.",
    "response_payload_too_larget": "The answer's body is larger than the proxy may buffer.",
    "internal_redirect": "The proxy followed a redirect itself.",
    "health_check_ok": "The proxy answered a health check itself.",
    "health_check_failed": "The proxy answered a health check itself: it is draining or failed.",
    "lua_response": "A Lua filter answered.",
    "oauth.missing_credentials": "Sign-in is needed: the request has no credentials.",
    "early_response": "The upstream answered before the request was complete.",
    "cors_response": "The proxy answered a CORS preflight itself.",
}

_PREFIXES = (
    ("rbac_access_denied", _DETAILS["rbac_access_denied_matched_policy"]),
    ("jwt_authn_access_denied", _DETAILS["jwt_authn_access_denied"]),
    ("http1.", "The HTTP/1 parser refused what a peer sent."),
    ("http2.", "The HTTP/2 codec refused what a peer sent."),
    ("http3.", "The HTTP/3 codec refused what a peer sent."),
    ("upstream_reset_before_response_started", _DETAILS["upstream_reset_before_response_started"]),
    ("upstream_reset_after_response_started", _DETAILS["upstream_reset_after_response_started"]),
)

_TRANSPORT = (
    (
        "CERTIFICATE VERIFY FAILED",
        "The upstream's certificate was refused: expired, of another authority, or a wrong name.",
    ),
    ("CERTIFICATE EXPIRED", "A certificate has expired."),
    ("CERTIFICATE REQUIRED", "The upstream asks for a client certificate, and none was shown."),
    ("WRONG VERSION NUMBER", "The upstream does not speak TLS on this port."),
    ("TLS", "The TLS handshake with the upstream failed."),
    ("delayed connect error: 111", "The upstream host refused the connection (nothing listens there)."),
    ("Connection refused", "The upstream host refused the connection (nothing listens there)."),
    ("immediate connect error", "The upstream host could not be reached."),
    ("connection timeout", "The upstream host did not answer the connection attempt in time."),
    ("delayed connect error", "The upstream host could not be reached."),
    ("remote connection failure", "The connection to the upstream host broke."),
)
