"""MH039."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity


def find(estate: Estate) -> Iterator[Flaw]:
    for _, manager in estate.typed("HttpConnectionManager"):
        if manager.get("generate_request_id").value is False:
            yield Flaw(manager.get("generate_request_id"), "requests that arrive without an id have none")


RULE = Rule(
    code="MH039",
    name="no-request-ids",
    severity=Severity.WARNING,
    title="Proxies make no request ids",
    why="Without x-request-id the records of one request cannot be joined, and tracing decides nothing of its own.",
    fix="Remove generate_request_id: false.",
    find=find,
    bad="""
static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          generate_request_id: false
""",
    good="""
static_resources:
  listeners:
  - filter_chains:
    - filters:
      - typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          generate_request_id: true
""",
)
