"""Who is meant by a name in `calls` or in a route."""

from collections.abc import Iterable

from envoy_config.intent.workloads import ExternalService, Service

Callee = Service | ExternalService


def authorities(service: Service) -> tuple[str, ...]:
    """The hosts by which a service is called: with its namespace from everywhere, without it from its own."""
    return (service.name, f"{service.name}.{service.namespace}")


class Directory:
    """Everything that can be called in a mesh."""

    def __init__(self, services: Iterable[Service], external_services: Iterable[ExternalService]) -> None:
        self._services = {(service.namespace, service.name): service for service in services}
        self._external = {external.host: external for external in external_services}

    def find(self, name: str, *, namespace: str) -> Callee | None:
        """What a caller in this namespace means by a name; None if there is no such thing."""
        service, _, other = name.partition(".")
        return self._services.get((other or namespace, service)) or self._external.get(name)
