"""From the intent to its proxies: names become destinations, defaults become values."""

from collections.abc import Iterable

from envoy_config.intent.directory import Callee, Directory, authorities
from envoy_config.intent.hub import Endpoint
from envoy_config.intent.identities import Holder, holders_of_gateway, holders_of_service
from envoy_config.intent.mesh import Mesh
from envoy_config.intent.names import is_address
from envoy_config.intent.workloads import ExternalService, Gateway, GatewayInstance, Instance, Listener, Route, Service
from envoy_config.plan import Destination, Entrance, EntranceRoute, Inbound, Mutual, Originated, Proxy, Role

ALL_INTERFACES = "0.0.0.0"  # noqa: S104 - what a name as address means: the machine's address is not known


def plan(mesh: Mesh) -> list[Proxy]:
    """Every proxy of a mesh: services, then gateways, in the order of the file."""
    planner = _Planner(mesh)
    sidecars = [proxy for service in mesh.services for proxy in planner.sidecars(service)]
    return [*sidecars, *(proxy for gateway in mesh.gateways for proxy in planner.gateways(gateway))]


class _Planner:
    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._directory = Directory(mesh.services, mesh.external_services)

    def sidecars(self, service: Service) -> Iterable[Proxy]:
        for version, holders in zip(service.versions, holders_of_service(service), strict=True):
            for instance, holder in zip(version.instances, holders, strict=True):
                yield self._sidecar(service, instance, holder)

    def gateways(self, gateway: Gateway) -> Iterable[Proxy]:
        for instance, holder in zip(gateway.instances, holders_of_gateway(gateway), strict=True):
            yield self._gateway(gateway, instance, holder)

    def _sidecar(self, service: Service, instance: Instance, holder: Holder) -> Proxy:
        names = sorted(service.calls)
        return Proxy(
            role=Role.SIDECAR,
            namespace=holder.namespace,
            service=holder.service,
            version=holder.version,
            instance=holder.instance,
            spiffe_id=self._mesh.spiffe_id(holder.namespace, holder.service),
            certificate_directory=self._mesh.certificates.identity_directory(holder),
            admin_port=instance.admin_port,
            sampling_percent=self._sampling(service.sampling_percent),
            destinations=tuple(
                self._destination(name, service.namespace, instance.tcp_ports.get(name)) for name in names
            ),
            inbound=Inbound(_bind(instance.address), instance.inbound_port, instance.app_port, service.protocol),
            outbound_port=instance.outbound_port,
            fault=service.fault,
        )

    def _gateway(self, gateway: Gateway, instance: GatewayInstance, holder: Holder) -> Proxy:
        names = sorted({route.service for listener in gateway.listeners for route in listener.routes})
        destinations = {name: self._destination(name, gateway.namespace) for name in names}
        return Proxy(
            role=Role.GATEWAY,
            namespace=holder.namespace,
            service=holder.service,
            version=holder.version,
            instance=holder.instance,
            spiffe_id=self._mesh.spiffe_id(holder.namespace, holder.service),
            certificate_directory=self._mesh.certificates.identity_directory(holder),
            admin_port=instance.admin_port,
            sampling_percent=self._sampling(gateway.sampling_percent),
            destinations=tuple({d.cluster: d for d in destinations.values()}.values()),
            entrances=tuple(
                _entrance(listener, _bind(instance.address), destinations) for listener in gateway.listeners
            ),
        )

    def _sampling(self, own: float | None) -> float:
        return self._mesh.sampling_percent if own is None else own

    def _destination(self, name: str, namespace: str, tcp_port: int | None = None) -> Destination:
        callee: Callee | None = self._directory.find(name, namespace=namespace)
        if isinstance(callee, Service):
            return self._inside(callee, namespace, tcp_port)
        if callee is None:
            raise LookupError(name)  # the model was checked: every name leads somewhere
        return self._outside(callee, tcp_port)

    def _inside(self, service: Service, caller_namespace: str, tcp_port: int | None) -> Destination:
        short, full = authorities(service)
        instances = [instance for version in service.versions for instance in version.instances]
        return Destination(
            cluster=full,
            stat_name=f"{service.name}_{service.namespace}",
            hosts=(full, short) if service.namespace == caller_namespace else (full,),
            protocol=service.protocol,
            endpoints=tuple(Endpoint(host=i.address, port=i.inbound_port) for i in instances),
            tls=Mutual(self._mesh.spiffe_id(service.namespace, service.name), full),
            traffic=service.traffic or self._mesh.traffic,
            tcp_port=tcp_port,
        )

    def _outside(self, external: ExternalService, tcp_port: int | None) -> Destination:
        tls = external.tls
        return Destination(
            cluster=f"external|{external.host}",
            stat_name=f"external|{external.host.replace('.', '_')}",
            hosts=(external.host,),
            protocol=external.protocol,
            endpoints=external.addresses or (Endpoint(host=external.host, port=external.port),),
            tls=None if tls is None else Originated(tls.ca_file, tls.server_name or external.host),
            traffic=external.traffic or self._mesh.traffic,
            rewrite_host=external.host,
            tcp_port=tcp_port,
        )


def _entrance(listener: Listener, bind: str, destinations: dict[str, Destination]) -> Entrance:
    routes = tuple(_entrance_route(route, destinations[route.service]) for route in listener.routes)
    return Entrance(listener.name, bind, listener.port, listener.tls, routes)


def _entrance_route(route: Route, destination: Destination) -> EntranceRoute:
    return EntranceRoute(route.hosts, route.prefix, destination, route.sampling_percent)


def _bind(address: str) -> str:
    return address if is_address(address) else ALL_INTERFACES
