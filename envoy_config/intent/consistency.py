"""The checks between parts of a mesh: each yields the key path that is wrong and why."""

from collections.abc import Iterator, Sequence

from envoy_config.intent.directory import Directory, authorities
from envoy_config.intent.identities import Certificates, Holder, holders_of_gateway, holders_of_service
from envoy_config.intent.ports import shared_ports
from envoy_config.intent.workloads import ExternalService, Gateway, Listener, Protocol, Service
from meshhub.configuration import Location

Inconsistency = tuple[Location, str]


def inconsistencies(
    services: Sequence[Service],
    gateways: Sequence[Gateway],
    external_services: Sequence[ExternalService],
    certificates: Certificates,
) -> list[Inconsistency]:
    """Every fault between the parts of a mesh, in the order of the checks."""
    directory = Directory(services, external_services)
    return [
        *_repeated_names(services, gateways),
        *_repeated_parts(services, gateways),
        *_shadowed_hosts(services, external_services),
        *_wrong_callees(services, directory),
        *_wrong_tcp_ports(services, directory),
        *_wrong_routes(gateways, directory),
        *_shared_instances(services, gateways),
        *_shared_certificates(services, gateways, certificates),
        *shared_ports(services, gateways),
    ]


def _repeated_names(services: Sequence[Service], gateways: Sequence[Gateway]) -> Iterator[Inconsistency]:
    seen: set[tuple[str, str]] = set()
    kinds: tuple[tuple[str, Sequence[Service | Gateway]], ...] = (("services", services), ("gateways", gateways))
    for kind, parts in kinds:
        for index, part in enumerate(parts):
            if (part.namespace, part.name) in seen:
                yield (kind, index, "name"), f"{part.name}.{part.namespace} is there twice"
            seen.add((part.namespace, part.name))


def _repeated_parts(services: Sequence[Service], gateways: Sequence[Gateway]) -> Iterator[Inconsistency]:
    for index, service in enumerate(services):
        yield from _repeats([v.version for v in service.versions], ("services", index, "versions"), "version")
    for index, gateway in enumerate(gateways):
        yield from _repeats([e.name for e in gateway.listeners], ("gateways", index, "listeners"), "name")


def _repeats(values: Sequence[str], at: Location, key: str) -> Iterator[Inconsistency]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield (*at, index, key), f"{value} is there twice"


def _shadowed_hosts(services: Sequence[Service], external: Sequence[ExternalService]) -> Iterator[Inconsistency]:
    taken = {host: "a service of the mesh" for service in services for host in authorities(service)}
    for index, outside in enumerate(external):
        if outside.host in taken:
            yield ("external_services", index, "host"), f"{outside.host} is {taken[outside.host]} already"
        taken[outside.host] = "an external service"


def _wrong_callees(services: Sequence[Service], directory: Directory) -> Iterator[Inconsistency]:
    for index, service in enumerate(services):
        callees = [directory.find(name, namespace=service.namespace) for name in service.calls]
        for number, (name, callee) in enumerate(zip(service.calls, callees, strict=True)):
            if callee is None:
                yield ("services", index, "calls", number), f"there is no service or external host {name}"
            elif any(callee is other for other in callees[:number]):
                yield ("services", index, "calls", number), f"{name} is there twice"


def _wrong_tcp_ports(services: Sequence[Service], directory: Directory) -> Iterator[Inconsistency]:
    for index, service in enumerate(services):
        callees = {name: directory.find(name, namespace=service.namespace) for name in service.calls}
        wanted = {name for name, callee in callees.items() if callee and callee.protocol is Protocol.TCP}
        for version_number, version in enumerate(service.versions):
            for number, instance in enumerate(version.instances):
                at: Location = ("services", index, "versions", version_number, "instances", number, "tcp_ports")
                for name in sorted(wanted - instance.tcp_ports.keys()):
                    yield at, f"{service.name} calls the TCP service {name}, which needs a port here"
                for name in sorted(instance.tcp_ports.keys() - wanted):
                    yield (*at, name), f"{name} is not a TCP service that {service.name} calls"


def _wrong_routes(gateways: Sequence[Gateway], directory: Directory) -> Iterator[Inconsistency]:
    for index, gateway in enumerate(gateways):
        for number, listener in enumerate(gateway.listeners):
            at: Location = ("gateways", index, "listeners", number, "routes")
            yield from _unroutable(listener, gateway.namespace, directory, at)
            yield from _ambiguous(listener, at)


def _unroutable(listener: Listener, namespace: str, directory: Directory, at: Location) -> Iterator[Inconsistency]:
    for number, route in enumerate(listener.routes):
        callee = directory.find(route.service, namespace=namespace)
        if callee is None:
            yield (*at, number, "service"), f"there is no service or external host {route.service}"
        elif callee.protocol is Protocol.TCP:
            yield (*at, number, "service"), f"{route.service} is a TCP service, which an HTTP route cannot reach"


def _ambiguous(listener: Listener, at: Location) -> Iterator[Inconsistency]:
    seen: set[tuple[str, str]] = set()
    for number, route in enumerate(listener.routes):
        for host in route.hosts:
            if (host, route.prefix) in seen:
                yield (*at, number), f"a route for {host}{route.prefix} is there twice"
            seen.add((host, route.prefix))


def _holders(services: Sequence[Service], gateways: Sequence[Gateway]) -> Iterator[tuple[Location, Holder]]:
    for index, service in enumerate(services):
        for version, holders in enumerate(holders_of_service(service)):
            for number, holder in enumerate(holders):
                yield ("services", index, "versions", version, "instances", number), holder
    for index, gateway in enumerate(gateways):
        for number, holder in enumerate(holders_of_gateway(gateway)):
            yield ("gateways", index, "instances", number), holder


def _shared_instances(services: Sequence[Service], gateways: Sequence[Gateway]) -> Iterator[Inconsistency]:
    seen: set[tuple[str, str]] = set()
    for at, holder in _holders(services, gateways):
        if (holder.namespace, holder.instance) in seen:
            yield (*at, "name"), f"the instance {holder.instance} of the namespace {holder.namespace} is there twice"
        seen.add((holder.namespace, holder.instance))


def _shared_certificates(
    services: Sequence[Service], gateways: Sequence[Gateway], certificates: Certificates
) -> Iterator[Inconsistency]:
    owners: dict[str, tuple[str, str]] = {}
    for at, holder in _holders(services, gateways):
        directory = certificates.identity_directory(holder)
        owner = owners.setdefault(directory, (holder.namespace, holder.service))
        if owner != (holder.namespace, holder.service):
            other = f"{owner[1]}.{owner[0]}"
            yield (
                at,
                f"{directory} already has the certificate of {other}: put {{namespace}} into certificates.identity",
            )
