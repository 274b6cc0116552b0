"""Sampling that changes without a new listener, whose connections would be drained: the routes decide.

Each route is there twice. The first matches a share of the requests, drawn by Envoy for each request, and is marked;
the tracer's sampler asks for the mark. So the share changes with the routes (RDS), from one request to the next on
the same connection. Where a traceparent came in, its flag decides, as everywhere. A request that no route takes is
not traced at its root.
"""

from typing import Any

from envoy_config.emit.messages import Message, extension

NAMESPACE = "meshhub"
MARK = "traced"

_SAMPLERS = "envoy.extensions.tracers.opentelemetry.samplers.v3."


def sampler() -> Message:
    """Traces what a marked route took."""
    expression = {"cel_expr_parsed": {"expr": _index(_index(_metadata(), NAMESPACE), MARK)}}
    marked = extension(
        "envoy.tracers.opentelemetry.samplers.cel", f"{_SAMPLERS}CELSamplerConfig", {"expression": expression}
    )
    return extension(
        "envoy.tracers.opentelemetry.samplers.parent_based",
        f"{_SAMPLERS}ParentBasedSamplerConfig",
        {"wrapped_sampler": marked},
    )


def share_routes(routes: Message, percent: float) -> Message:
    """A route configuration whose routes mark this share of the requests."""
    hosts = [
        host | {"routes": [each for route in host["routes"] for each in _shared(route, percent)]}
        for host in routes["virtual_hosts"]
    ]
    return routes | {"virtual_hosts": hosts}


def _shared(route: Message, percent: float) -> list[Message]:
    marked = route | {"metadata": {"filter_metadata": {NAMESPACE: {MARK: True}}}}
    if percent >= 100:
        return [marked]
    if percent <= 0:
        return [route]
    share = {"numerator": round(percent * 10_000), "denominator": "MILLION"}
    return [marked | {"match": route["match"] | {"runtime_fraction": {"default_value": share}}}, route]


def _metadata() -> dict[str, Any]:
    """xds.route_metadata.filter_metadata"""
    of_route = {"select_expr": {"operand": {"ident_expr": {"name": "xds"}}, "field": "route_metadata"}}
    return {"select_expr": {"operand": of_route, "field": "filter_metadata"}}


def _index(operand: dict[str, Any], key: str) -> dict[str, Any]:
    return {"call_expr": {"function": "_[_]", "args": [operand, {"const_expr": {"string_value": key}}]}}
