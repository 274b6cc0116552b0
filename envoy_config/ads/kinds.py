"""The types of resources that are served, in the order in which changes are pushed: make before break.

Secrets and clusters come before what uses them, endpoints after their clusters, listeners after both, routes last
(xDS protocol, "Eventual consistency considerations").
"""

from dataclasses import dataclass
from enum import Enum

from envoy_config.emit.messages import TYPE_PREFIX


@dataclass(frozen=True, slots=True)
class Traits:
    """A resource type: its protobuf message, the short name of its API, and whether clients take all there are."""

    message: str
    api: str
    wildcard: bool = False


class Kind(Enum):
    """A type of resources. The order of the members is that of a push."""

    RUNTIME = Traits("envoy.service.runtime.v3.Runtime", "RTDS")
    SECRET = Traits("envoy.extensions.transport_sockets.tls.v3.Secret", "SDS")
    CLUSTER = Traits("envoy.config.cluster.v3.Cluster", "CDS", wildcard=True)
    ENDPOINTS = Traits("envoy.config.endpoint.v3.ClusterLoadAssignment", "EDS")
    LISTENER = Traits("envoy.config.listener.v3.Listener", "LDS", wildcard=True)
    ROUTES = Traits("envoy.config.route.v3.RouteConfiguration", "RDS")

    @property
    def message(self) -> str:
        """The full name of its protobuf message."""
        return self.value.message

    @property
    def api(self) -> str:
        """The short name of its API, as Envoy's documentation has it."""
        return self.value.api

    @property
    def wildcard(self) -> bool:
        """Whether a client that names nothing gets everything."""
        return self.value.wildcard

    @property
    def type_url(self) -> str:
        """What requests and responses call it."""
        return TYPE_PREFIX + self.message


BY_TYPE_URL = {kind.type_url: kind for kind in Kind}

NEEDS: dict[Kind, frozenset[Kind]] = {
    Kind.RUNTIME: frozenset(),
    Kind.SECRET: frozenset(),
    Kind.CLUSTER: frozenset(),
    Kind.ENDPOINTS: frozenset({Kind.CLUSTER}),
    Kind.LISTENER: frozenset({Kind.CLUSTER, Kind.ENDPOINTS, Kind.SECRET}),
    Kind.ROUTES: frozenset({Kind.CLUSTER, Kind.ENDPOINTS}),
}
"""A change of a kind is held back until the client has taken the changes of these."""
