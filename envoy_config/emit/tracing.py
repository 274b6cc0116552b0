"""Spans over OTLP with W3C propagation, and request ids that have no say in what is traced."""

from collections.abc import Mapping

from envoy_config.emit.cel import CelWriter
from envoy_config.emit.hub import grpc_service, resource_detectors
from envoy_config.emit.messages import Message, extension, typed
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy, Role

_SAMPLERS = "envoy.extensions.tracers.opentelemetry.samplers.v3."


def tracing(mesh: Mesh, proxy: Proxy) -> Message:
    """The `tracing` of a connection manager, empty if the mesh sends no spans.

    The percentage decides where no traceparent came in; one that did decides by its sampled flag. A gateway makes
    two spans, of the request it took and of the one it made, since it is the server of one and the client of the other.
    """
    if not mesh.signals.spans:
        return {}
    provider = {
        "service_name": proxy.service,
        "grpc_service": grpc_service(mesh.hub),
        "resource_detectors": resource_detectors(mesh, proxy),
        "sampler": _sampler(proxy),
    }
    return {
        "tracing": {
            "spawn_upstream_span": proxy.role is Role.GATEWAY,
            "provider": extension("envoy.tracers.opentelemetry", "envoy.config.trace.v3.OpenTelemetryConfig", provider),
        }
    }


def _sampler(proxy: Proxy) -> Message:
    """The tracer's own sampler. Where request ids have no say, Envoy 1.40 traces all, whatever random_sampling says:
    that of a route, too."""
    shares = _shares_of_routes(proxy)
    return extension(
        "envoy.tracers.opentelemetry.samplers.parent_based",
        f"{_SAMPLERS}ParentBasedSamplerConfig",
        {"wrapped_sampler": _by_route(shares, proxy.sampling_percent) if shares else _ratio(proxy.sampling_percent)},
    )


def _shares_of_routes(proxy: Proxy) -> dict[str, float]:
    """Route to its own share; of two entrances with the same route, the larger."""
    shares: dict[str, float] = {}
    for entrance in proxy.entrances:
        for route in entrance.routes:
            for host in route.hosts:
                if route.sampling_percent is not None:
                    name = route.name(host)
                    shares[name] = max(route.sampling_percent, shares.get(name, 0))
    return dict(sorted(shares.items()))


def _ratio(percent: float) -> Message:
    share = {"sampling_percentage": {"numerator": round(percent * 10_000), "denominator": "MILLION"}}
    message = f"{_SAMPLERS}TraceIdRatioBasedSamplerConfig"
    return extension("envoy.tracers.opentelemetry.samplers.trace_id_ratio_based", message, share)


def _by_route(shares: Mapping[str, float], otherwise: float) -> Message:
    """xds.route_name == <name> ? <share> : … The millisecond within the second is the chance that CEL has."""
    expression = CelWriter()
    decision = expression.chance(otherwise)
    for name, percent in reversed(list(shares.items())):
        is_it = expression.call("_==_", expression.select("xds", "route_name"), expression.constant(name))
        decision = expression.call("_?_:_", is_it, expression.chance(percent), decision)
    content = {"expression": {"cel_expr_parsed": {"expr": decision}}}
    return extension("envoy.tracers.opentelemetry.samplers.cel", f"{_SAMPLERS}CELSamplerConfig", content)


def request_ids() -> Message:
    """Ids are made where there is none. By default, Envoy reads the sampling decision from the id and does not trace a
    request whose id is no UUID; that is switched off. The decision is still packed into ids that are UUIDs."""
    content = {"pack_trace_reason": True, "use_request_id_for_trace_sampling": False}
    return {
        "generate_request_id": True,
        "request_id_extension": {
            "typed_config": typed("envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig", content)
        },
    }


def flushing() -> Message:
    """Runtime keys: spans are sent every second or by the hundred. Envoy's own values, five seconds and five spans,
    make quiet services late and busy ones send a request per five spans."""
    return {"tracing.opentelemetry.flush_interval_ms": 1000, "tracing.opentelemetry.min_flush_spans": 100}
