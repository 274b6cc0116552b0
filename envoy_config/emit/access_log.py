"""Access logs over OTLP: one record per request or TCP connection, no body, sent at least every second."""

from envoy_config import attributes
from envoy_config.emit.fields import access_log_fields
from envoy_config.emit.hub import grpc_service, resource_detectors
from envoy_config.emit.log_filter import envoy_filter
from envoy_config.emit.messages import Message, extension
from envoy_config.intent import Mesh
from envoy_config.plan import Proxy


def access_log(mesh: Mesh, proxy: Proxy) -> list[Message]:
    """The access loggers of a connection manager or TCP proxy; none if the mesh sends no access logs."""
    if not mesh.signals.access_logs:
        return []
    values = [{"key": key, "value": {"string_value": text}} for key, text in access_log_fields(mesh).items()]
    content = {
        "grpc_service": grpc_service(mesh.hub),
        "log_name": attributes.LOG_NAME,
        "buffer_flush_interval": "1s",
        "resource_detectors": resource_detectors(mesh, proxy),
        "attributes": {"values": values},
    }
    message = "envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig"
    logger = extension("envoy.access_loggers.open_telemetry", message, content)
    return [logger | envoy_filter(mesh.access_logs.filter)]
