"""What to add to an Envoy bootstrap by hand so that the proxy reports: the same as envoy_config emits whole."""

from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import ValidationError

from envoy_config.emit.access_log import access_log
from envoy_config.emit.hub import hub_cluster
from envoy_config.emit.plain_envoy import proxies
from envoy_config.emit.stats import stats_sinks
from envoy_config.emit.tracing import request_ids, tracing
from envoy_config.intent import Mesh

PLACEHOLDERS = SERVICE, NAMESPACE, CLUSTER = ("my-service", "my-namespace", "my-cluster")
"""Stand for the names of who reports."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of YAML, and where in the bootstrap it belongs."""

    title: str
    place: str
    yaml: str


def fragments(host: str, port: int) -> tuple[Fragment, ...]:
    """The pieces for a hub whose OTLP/gRPC receiver is there; for this machine's if the host is no name or address."""
    mesh = _mesh(host, port)
    proxy = proxies(mesh)[0]
    return (
        Fragment("The hub", "below static_resources: clusters:", _write([hub_cluster(mesh.hub)])),
        Fragment(
            "Access logs: every request, sampled or not",
            "in each HttpConnectionManager and TcpProxy",
            _write({"access_log": access_log(mesh, proxy)}),
        ),
        Fragment("Spans", "in each HttpConnectionManager", _write({**request_ids(), **tracing(mesh, proxy)})),
        Fragment("Stats", "at the top of the bootstrap", _write({"stats_sinks": stats_sinks(mesh, proxy)})),
    )


def _mesh(host: str, port: int) -> Mesh:
    try:
        return Mesh.model_validate(_intent(f"[{host}]:{port}" if ":" in host else f"{host}:{port}"))
    except ValidationError:
        return Mesh.model_validate(_intent(f"127.0.0.1:{port}"))


def _intent(hub: str) -> dict[str, Any]:
    instance = {"address": "127.0.0.1", "app_port": 8080}
    return {
        "apiVersion": "meshhub/v1",
        "cluster": CLUSTER,
        "trust_domain": "example.org",
        "hub": {"otlp": hub},
        "certificates": {"directory": "/etc/envoy/certificates"},
        "services": [
            {"name": SERVICE, "namespace": NAMESPACE, "versions": [{"version": "v1", "instances": [instance]}]}
        ],
    }


class _Dumper(yaml.SafeDumper):
    """Writes everything out where it stands: people copy parts of it."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


def _write(message: Any) -> str:
    return yaml.dump(message, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True)
