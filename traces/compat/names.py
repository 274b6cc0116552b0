"""The names by which other tools know workloads."""

UNKNOWN_SERVICE = "unknown_service"
"""OpenTelemetry's name for a service that did not say its own."""


def service_name(service: str, namespace: str) -> str:
    """<service>.<namespace>, or <service> where the namespace is unknown (as storage/schema/0085 does).

    It is what proxies in Istio call themselves in their spans, and what Kiali asks for.
    """
    name = service or UNKNOWN_SERVICE
    return f"{name}.{namespace}" if namespace else name
