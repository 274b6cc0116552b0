"""Routes: by authority on the way out, by host and path prefix at a gateway, everything to the application inbound."""

from collections import defaultdict
from collections.abc import Iterable

from envoy_config.emit.messages import Message, duration, extension
from envoy_config.intent.traffic import Retries, Traffic
from envoy_config.plan import Destination, Entrance, EntranceRoute

_BACK_OFF = {"base_interval": "0.025s", "max_interval": "0.25s"}
_OTHER_HOST_ATTEMPTS = 3


def application_routes(cluster: str) -> Message:
    """Every request goes to the application. Time limits and retries are the callers'."""
    route = {"match": {"prefix": "/"}, "name": "application", "route": {"cluster": cluster, "timeout": "0s"}}
    return {"name": "inbound", "virtual_hosts": [{"name": "application", "domains": ["*"], "routes": [route]}]}


def outbound_routes(destinations: Iterable[Destination]) -> Message:
    """A virtual host per destination. A host that nothing is declared for is answered 404 with the flag NR."""
    hosts = [
        {
            "name": destination.cluster,
            "domains": list(destination.hosts),
            "include_request_attempt_count": True,
            "routes": [_route(destination, "/", destination.cluster, rewrite_host=None)],
        }
        for destination in destinations
    ]
    return {"name": "outbound", "ignore_port_in_host_matching": True, "virtual_hosts": hosts}


def entrance_routes(entrance: Entrance) -> Message:
    """A virtual host per host; in it, longer prefixes first, since Envoy takes the first that matches."""
    by_host: dict[str, list[EntranceRoute]] = defaultdict(list)
    for route in entrance.routes:
        for host in route.hosts:
            by_host[host].append(route)
    hosts = [
        {
            "name": host,
            "domains": [host],
            "include_request_attempt_count": True,
            "routes": [
                _route(r.destination, r.prefix, r.name(host), rewrite_host=r.destination.rewrite_host)
                for r in sorted(routes, key=lambda r: (-len(r.prefix), r.prefix))
            ],
        }
        for host, routes in sorted(by_host.items())
    ]
    return {"name": entrance.name, "ignore_port_in_host_matching": True, "virtual_hosts": hosts}


def _route(destination: Destination, prefix: str, name: str, *, rewrite_host: str | None) -> Message:
    action: Message = {"cluster": destination.cluster, **_policy(destination.traffic)}
    if rewrite_host is not None:
        action["host_rewrite_literal"] = rewrite_host
    return {"match": {"prefix": prefix}, "name": name, "route": action}


def _policy(traffic: Traffic) -> Message:
    policy: Message = {"timeout": duration(traffic.timeout_seconds)}
    if traffic.retries.attempts:
        policy["retry_policy"] = _retry_policy(traffic.retries)
    return policy


def _retry_policy(retries: Retries) -> Message:
    policy: Message = {
        "retry_on": ",".join(retries.conditions),
        "num_retries": retries.attempts,
        "retry_back_off": _BACK_OFF,
        "retry_host_predicate": [
            extension(
                "envoy.retry_host_predicates.previous_hosts",
                "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
            )
        ],
        "host_selection_retry_max_attempts": _OTHER_HOST_ATTEMPTS,
    }
    if retries.per_try_timeout_seconds is not None:
        policy["per_try_timeout"] = duration(retries.per_try_timeout_seconds)
    return policy
