"""A span's attributes as they were sent: what the store keeps in columns stands under its key again."""

from storage.records.spans import Span
from traces.proxy_spans import PROXY


def attributes_of(span: Span) -> list[tuple[str, str]]:
    """Keys and values as text, columns first. Only proxies' spans have columns of what `attributes` does not have."""
    return [*((key, value) for key, value in _columns(span) if key not in span.attributes), *span.attributes.items()]


def _columns(span: Span) -> list[tuple[str, str]]:
    if span.component != PROXY:
        return []
    answered = span.response_code or span.response_flags
    columns = [
        ("component", span.component),
        ("node_id", span.node_id),
        ("guid:x-request-id", span.request_id),
        ("http.method", "" if "http.request.method" in span.attributes else span.method),
        ("http.url", "" if "url.full" in span.attributes else span.url),
        ("http.protocol", span.protocol),
        ("http.status_code", str(span.response_code) if answered else ""),
        ("response_flags", span.response_flags),
        ("upstream_cluster", span.upstream_cluster),
        ("peer.address", span.peer_address),
        ("user_agent", span.user_agent),
        ("request_size", str(span.request_size) if answered else ""),
        ("response_size", str(span.response_size) if answered else ""),
    ]
    return [(key, value) for key, value in columns if value]
