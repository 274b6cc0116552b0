"""Which ports each machine of the mesh has in use. Instances with the same address share a machine."""

from collections.abc import Iterator, Sequence

from envoy_config.intent.workloads import Gateway, Instance, Service
from meshhub.configuration import Location


def shared_ports(services: Sequence[Service], gateways: Sequence[Gateway]) -> Iterator[tuple[Location, str]]:
    """A fault for every use of a port that has another use on the same machine."""
    first: dict[tuple[str, int], str] = {}
    for address, port, at, purpose in _uses(services, gateways):
        other = first.setdefault((address, port), purpose)
        if other != purpose:
            yield at, f"port {port} of {address} is {other} already"


def _uses(services: Sequence[Service], gateways: Sequence[Gateway]) -> Iterator[tuple[str, int, Location, str]]:
    for index, service in enumerate(services):
        for version_number, version in enumerate(service.versions):
            for number, instance in enumerate(version.instances):
                at: Location = ("services", index, "versions", version_number, "instances", number)
                whose = f"{service.name}.{service.namespace} {version.version} number {number}"
                for key, port in _ports(instance):
                    yield instance.address, port, (*at, *key), f"{'.'.join(key)} of {whose}"
    for index, gateway in enumerate(gateways):
        for number, place in enumerate(gateway.instances):
            whose = f"{gateway.name}.{gateway.namespace} number {number}"
            at = ("gateways", index, "instances", number)
            yield place.address, place.admin_port, (*at, "admin_port"), f"admin_port of {whose}"
            for listener_number, listener in enumerate(gateway.listeners):
                at = ("gateways", index, "listeners", listener_number, "port")
                yield place.address, listener.port, at, f"the listener {listener.name} of {whose}"


def _ports(instance: Instance) -> Iterator[tuple[tuple[str, ...], int]]:
    yield ("app_port",), instance.app_port
    yield ("inbound_port",), instance.inbound_port
    yield ("outbound_port",), instance.outbound_port
    yield ("admin_port",), instance.admin_port
    for name, port in sorted(instance.tcp_ports.items()):
        yield ("tcp_ports", name), port
