"""Knative's ConfigMap."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate, name_of
from envoy_config.rules.node import Node

ENDPOINTS = ("metrics-endpoint", "request-metrics-endpoint", "tracing-endpoint")


def observability(estate: Estate) -> Iterator[Node]:
    """`data` of each config-observability."""
    for each in estate.of("ConfigMap"):
        if name_of(each) == "config-observability":
            yield each.get("data")
