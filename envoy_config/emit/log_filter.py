"""Which requests are logged, as Envoy's filters (docs: config.accesslog.v3.AccessLogFilter) and as one CEL expression.

CEL has no chance in it: the share is decided by the millisecond within the second in which a request began, in steps of
0.1 %. A TCP connection has no path and no status; asking for them would be an error, which drops the record.
"""

from envoy_config.emit.messages import Message, extension
from envoy_config.intent.access_logs import AccessLogFilter

_GRPC_FAILED = (
    "('content-type' in request.headers && request.headers['content-type'].startsWith('application/grpc') "
    "&& has(response.grpc_status) && response.grpc_status != 0)"
)


def cel_filter(wanted: AccessLogFilter) -> str:
    """The expression that is true for what is logged; empty if that is everything. Single flags cannot be told apart
    in CEL: every response flag is notable."""
    if wanted.keeps_all:
        return ""
    kept = _kept(wanted, any_flag=True)
    excluded = _excluded(wanted)
    return f"!({excluded}) && ({kept})" if excluded else kept


def envoy_filter(wanted: AccessLogFilter) -> Message:
    """The `filter` of an access logger; empty if it logs everything."""
    if wanted.keeps_all:
        return {}
    if wanted.response_flags == "any":
        return {"filter": _expression(cel_filter(wanted))}
    kept = {
        "or_filter": {
            "filters": [
                _expression(_kept(wanted, any_flag=False)),
                {"response_flag_filter": {"flags": list(wanted.response_flags)}},
            ]
        }
    }
    excluded = _excluded(wanted)
    if not excluded:
        return {"filter": kept}
    return {"filter": {"and_filter": {"filters": [_expression(f"!({excluded})"), kept]}}}


def _excluded(wanted: AccessLogFilter) -> str:
    if not wanted.exclude_paths:
        return ""
    prefixes = " || ".join(f"request.path.startsWith('{prefix}')" for prefix in wanted.exclude_paths)
    return f"has(request.path) && ({prefixes})"


def _kept(wanted: AccessLogFilter, *, any_flag: bool) -> str:
    if wanted.share_percent == 100:
        return "true"
    always = [f"request.time.getMilliseconds() < {round(wanted.share_percent * 10)}"]
    if any_flag:
        always.append("response.flags != 0")
    if wanted.duration_ms is not None:
        always.append(f"request.duration >= duration('{wanted.duration_ms}ms')")
    http = [f"(has(response.code) && response.code >= {wanted.status_from})", _GRPC_FAILED]
    if wanted.cel is not None:
        http.append(f"({wanted.cel})")
    return f"{' || '.join(always)} || (has(request.path) && ({' || '.join(http)}))"


def _expression(text: str) -> Message:
    message = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    return {"extension_filter": extension("envoy.access_loggers.extension_filters.cel", message, {"expression": text})}
