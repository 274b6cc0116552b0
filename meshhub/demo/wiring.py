"""The shop as a mesh file, and the proxies' configuration that envoy_config makes of it."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from envoy_config.emit import document
from envoy_config.emit.ads_bootstrap import secret_files, small_bootstrap
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import API_VERSION, load_mesh
from meshhub.demo import shop
from meshhub.demo.deployment import Instance
from meshhub.demo.envoys import ProxyPlan
from meshhub.demo.ports import LOOPBACK

STATS_SECONDS = 5
RELOAD_SECONDS = 0.5
HUB = "hub"
HUB_IDENTITY = f"spiffe://{shop.TRUST_DOMAIN}/ns/meshhub/sa/{HUB}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the mesh file names beside the instances.

    `certificates` has ca.pem and <service>/{cert.pem,key.pem}; `bank_authority` is the CA file of the external service;
    `sampling` is the percentage of requests that are traced. `ads_port` is where the hub configures the proxies; None
    gives each of them all its configuration in a file.
    """

    otlp_port: int
    bank_port: int
    certificates: Path
    bank_authority: Path
    sampling: int
    ads_port: int | None = None


def write_mesh_file(path: Path, instances: Sequence[Instance], around: Surroundings) -> None:
    """Write the mesh file, as a user would."""
    path.write_text(yaml.safe_dump(_mesh(instances, around), sort_keys=False), encoding="utf-8")


def write_bootstraps(mesh_file: Path, directory: Path) -> list[ProxyPlan]:
    """Write a bootstrap file for every proxy of a mesh, and beside its certificate what it needs to reach the hub.

    Raises:
        ConfigurationError: the mesh file is wrong.
    """
    mesh = load_mesh(mesh_file)
    plans = []
    for proxy in proxies(mesh):
        if mesh.control_plane is None:
            content = bootstrap(mesh, proxy)
        else:
            content = small_bootstrap(mesh, proxy, mesh.control_plane)
            for path, secret in secret_files(mesh, proxy).items():
                document.write(secret, Path(path))
        _share_admin_port(content)
        target = directory / f"{proxy.instance}.json"
        document.write(content, target)
        plans.append(ProxyPlan(proxy.service, proxy.instance, target, proxy.admin_port))
    return plans


def _mesh(instances: Sequence[Instance], around: Surroundings) -> dict[str, Any]:
    services = groupby(instances, key=lambda instance: instance.workload.service)
    groups = {service: list(group) for service, group in services}
    gateways = groups.pop(shop.GATEWAY)
    return {
        "apiVersion": API_VERSION,
        "cluster": shop.CLUSTER,
        "trust_domain": shop.TRUST_DOMAIN,
        "hub": {"otlp": f"{LOOPBACK}:{around.otlp_port}", "stats_interval_seconds": STATS_SECONDS},
        "certificates": {"directory": str(around.certificates)},
        **_control_plane(around),
        "sampling_percent": around.sampling,
        "services": [_service(name, group) for name, group in groups.items()],
        "gateways": [_gateway(gateways)],
        "external_services": [
            {
                "host": shop.BANK_HOST,
                "port": 443,
                "tls": {"ca_file": str(around.bank_authority)},
                "addresses": [f"{LOOPBACK}:{around.bank_port}"],
            }
        ],
    }


def _control_plane(around: Surroundings) -> dict[str, Any]:
    if around.ads_port is None:
        return {}
    return {"control_plane": {"ads": f"{LOOPBACK}:{around.ads_port}", "identity": HUB_IDENTITY}}


def ads_settings(mesh_file: Path, around: Surroundings) -> dict[str, Any]:
    """The `ads` section of the settings of the hub that configures the proxies."""
    own = around.certificates / HUB
    return {
        "address": f"{LOOPBACK}:{around.ads_port}",
        "mesh_file": str(mesh_file),
        "reload_seconds": RELOAD_SECONDS,
        "tls": {
            "cert_file": str(own / "cert.pem"),
            "key_file": str(own / "key.pem"),
            "client_ca_file": str(around.certificates / "ca.pem"),
        },
    }


def _service(name: str, group: Sequence[Instance]) -> dict[str, Any]:
    workload = group[0].workload
    versions = groupby(group, key=lambda instance: instance.workload.version)
    return {
        "name": name,
        "namespace": shop.NAMESPACE,
        "protocol": workload.kind.value,
        "calls": list(shop.callees(name)),
        "traffic": {"timeout_seconds": workload.timeout_seconds},
        "versions": [
            {"version": version, "instances": [_instance(instance) for instance in members]}
            for version, members in versions
        ],
    }


def _instance(instance: Instance) -> dict[str, Any]:
    return {
        "name": instance.name,
        "address": LOOPBACK,
        "app_port": instance.app_port,
        "inbound_port": instance.inbound_port,
        "outbound_port": instance.outbound_port,
        "admin_port": instance.admin_port,
        "tcp_ports": instance.outbound_tcp,
    }


def _gateway(group: Sequence[Instance]) -> dict[str, Any]:
    routes = [{"service": service, "prefix": prefix} for prefix, service in shop.ENTRANCES.items()]
    return {
        "name": shop.GATEWAY,
        "namespace": shop.NAMESPACE,
        "version": group[0].workload.version,
        "instances": [
            {"name": instance.name, "address": LOOPBACK, "admin_port": instance.admin_port} for instance in group
        ],
        "listeners": [{"name": "http", "port": group[0].inbound_port, "routes": routes}],
    }


def _share_admin_port(content: dict[str, Any]) -> None:
    """Let Envoy's admin listener bind a port that a PortPool keeps, as its other listeners can by themselves."""
    content["admin"]["socket_options"] = [
        {"level": socket.SOL_SOCKET, "name": socket.SO_REUSEPORT, "int_value": 1, "state": "STATE_PREBIND"}
    ]
