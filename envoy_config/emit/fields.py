"""What an access log record says: the fields that the hub reads, less and more what the mesh file asks for."""

from envoy_config import attributes
from envoy_config.intent import Intent

_PATH = "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"
_PATH_WITHOUT_QUERY = "%PATH(NQ:ORIG_OR_PATH)%"
OLD_PATH_WITHOUT_QUERY = "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%"
"""For Envoy before 1.36, which does not know %PATH%; needs its formatter extension, which Istio adds by itself."""


def access_log_fields(intent: Intent, *, path_without_query: str = _PATH_WITHOUT_QUERY) -> dict[str, str]:
    """Attribute key to Envoy's command operators, in the order they are sent."""
    wanted = intent.access_logs.fields
    fields = {key: text for key, text in attributes.ACCESS_LOG.items() if key not in wanted.exclude}
    if wanted.query_strings == "drop" and "path" in fields:
        fields["path"] = path_without_query
    return fields | header_fields(intent)


def header_fields(intent: Intent) -> dict[str, str]:
    """The headers that are asked for."""
    wanted = intent.access_logs.fields
    return {
        **{f"http.request.header.{name}": f"%REQ({name.upper()})%" for name in wanted.request_headers},
        **{f"http.response.header.{name}": f"%RESP({name.upper()})%" for name in wanted.response_headers},
    }
