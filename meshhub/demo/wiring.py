"""The shop as a mesh file, and the proxies' configuration that envoy_config makes of it."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from envoy_config.emit import document
from envoy_config.emit.plain_envoy import bootstrap, proxies
from envoy_config.intent import API_VERSION, load_mesh
from meshhub.demo import shop
from meshhub.demo.deployment import Instance
from meshhub.demo.envoys import ProxyPlan
from meshhub.demo.ports import LOOPBACK

STATS_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the mesh file names beside the instances.

    `certificates` has ca.pem and <service>/{cert.pem,key.pem}; `bank_authority` is the CA file of the external service;
    `sampling` is the percentage of requests that are traced.
    """

    otlp_port: int
    bank_port: int
    certificates: Path
    bank_authority: Path
    sampling: int


def write_mesh_file(path: Path, instances: Sequence[Instance], around: Surroundings) -> None:
    """Write the mesh file, as a user would."""
    path.write_text(yaml.safe_dump(_mesh(instances, around), sort_keys=False), encoding="utf-8")


def write_bootstraps(mesh_file: Path, directory: Path) -> list[ProxyPlan]:
    """Write a bootstrap file for every proxy of a mesh.

    Raises:
        ConfigurationError: the mesh file is wrong.
    """
    mesh = load_mesh(mesh_file)
    plans = []
    for proxy in proxies(mesh):
        content = bootstrap(mesh, proxy)
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
