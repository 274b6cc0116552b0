"""What lets proxies of Istio reach a hub outside the cluster, or one with TLS."""

from envoy_config.emit.messages import Message
from envoy_config.emit.objects import metadata
from envoy_config.emit.reachable import HubPlace, place
from envoy_config.intent import Intent
from envoy_config.intent.names import is_address

NAME = "meshhub"


def reaching(intent: Intent, namespace: str) -> list[Message]:
    """ServiceEntry and DestinationRule objects, one pair per host."""
    hub = intent.hub
    places: dict[str, list[HubPlace]] = {}
    for receiver in (hub.otlp_grpc, hub.for_als, hub.over_http, hub.for_zipkin):
        where = place(hub, receiver)
        known = places.setdefault(where.host, [])
        if all(other.port != where.port for other in known):
            known.append(where)
    objects: list[Message] = []
    for number, (host, found) in enumerate(places.items()):
        name = NAME if number == 0 else f"{NAME}-{number}"
        if not found[0].service:
            objects.append(_entry(name, namespace, host, found, intent))
        if any(where.tls for where in found):
            objects.append(_rule(name, namespace, host, found))
    return objects


def _entry(name: str, namespace: str, host: str, found: list[HubPlace], intent: Intent) -> Message:
    http = {intent.hub.over_http.address.port, intent.hub.for_zipkin.address.port}
    ports = [
        {
            "number": where.port,
            "name": f"{'http' if where.port in http else 'grpc'}-{where.port}",
            "protocol": "HTTP" if where.port in http else "GRPC",
        }
        for where in found
    ]
    spec: Message = {"hosts": [host], "location": "MESH_EXTERNAL", "ports": ports, "resolution": "DNS"}
    if found[0].address:
        addresses = [e.host for e in intent.hub.otlp if is_address(e.host)]
        spec |= {"resolution": "STATIC", "endpoints": [{"address": address} for address in addresses]}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "ServiceEntry",
        "metadata": metadata(name, namespace),
        "spec": spec,
    }


def _rule(name: str, namespace: str, host: str, found: list[HubPlace]) -> Message:
    """Files are the proxies': a CA file has to be in every proxy (annotation sidecar.istio.io/userVolume)."""
    settings = []
    for where in found:
        tls: Message = {"mode": "DISABLE"}
        if where.tls is not None:
            mutual = where.tls.certificate_file is not None
            tls = {"mode": "MUTUAL" if mutual else "SIMPLE", "caCertificates": where.tls.ca_file}
            if mutual:
                tls |= {"clientCertificate": where.tls.certificate_file, "privateKey": where.tls.key_file}
            tls["sni"] = where.tls.server_name or where.host
            tls["subjectAltNames"] = [where.tls.server_name or where.host]
        settings.append({"port": {"number": where.port}, "tls": tls})
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": metadata(name, namespace),
        "spec": {"host": host, "trafficPolicy": {"portLevelSettings": settings}},
    }
