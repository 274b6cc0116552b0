"""The chart: what helm renders of it (tests/helm/goldens) is valid, safe and starts a hub; every value is known and
used.

That the goldens are what helm renders is checked by `make chart`, which needs helm.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from alerting.routing.loading import load_notifications
from alerting.specification.loading import load_specifications
from envoy_config.intent import load_mesh
from meshhub.settings import load_settings
from meshhub.testing.chart import CHART, GOLDENS, NAMESPACE, cases

CASES = [case.stem for case in cases()]
VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
CUSTOM = frozenset({"cert-manager.io/v1", "monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"})
"""Kinds that Kubernetes' own schemas do not have."""

OTHERS = ("-slos", "-extra", "-headless", "-dashboard")
MAPS = ("labels", "annotations")
FREE = ("settings", "slos", "resources", "affinity", "nodeSelector")


@cache
def rendered(case: str) -> tuple[dict[str, Any], ...]:
    text = (GOLDENS / f"{case}.yaml").read_text(encoding="utf-8")
    return tuple(document for document in yaml.safe_load_all(text) if document)


def of_kind(case: str, kind: str) -> list[dict[str, Any]]:
    return [document for document in rendered(case) if document["kind"] == kind]


def one(case: str, kind: str) -> dict[str, Any]:
    found = [each for each in of_kind(case, kind) if not each["metadata"]["name"].endswith(OTHERS)]
    assert len(found) == 1, (kind, [each["metadata"]["name"] for each in found])
    return found[0]


@pytest.mark.parametrize("case", CASES)
def test_every_object_is_valid_for_kubernetes(case: str) -> None:
    assert rendered(case)
    for document in rendered(case):
        if document["apiVersion"] not in CUSTOM:
            kubernetes_validate.validate(document, "1.31", strict=True)
        assert document["metadata"]["name"]


@pytest.mark.parametrize("case", CASES)
def test_names_are_unique_and_in_the_release_s_namespace(case: str) -> None:
    names = [(each["kind"], each["metadata"]["name"]) for each in rendered(case)]
    assert len(names) == len(set(names))
    for document in rendered(case):
        if not document["kind"].startswith("Cluster") and not document["metadata"]["name"].endswith("-extra"):
            assert document["metadata"]["namespace"] == NAMESPACE


@pytest.mark.parametrize("case", CASES)
def test_the_hub_takes_the_settings_that_the_chart_writes(case: str, tmp_path: Path) -> None:
    """The real loader, which refuses an address that is open to everybody."""
    file = tmp_path / "meshhub.yaml"
    file.write_text(one(case, "ConfigMap")["data"]["meshhub.yaml"], encoding="utf-8")
    settings = load_settings(file, {}).settings
    assert not settings.insecure
    assert settings.web.address.startswith("0.0.0.0:")


def test_objectives_and_notifications_of_the_values_are_taken(tmp_path: Path) -> None:
    (slos,) = [each for each in of_kind("server", "ConfigMap") if each["metadata"]["name"].endswith("-slos")]
    for name, text in slos["data"].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert load_specifications([tmp_path])
    (secret,) = [each for each in of_kind("server", "Secret") if each["metadata"]["name"].endswith("-notifications")]
    file = tmp_path / "notifications"
    file.write_text(secret["stringData"]["notifications.yaml"], encoding="utf-8")
    assert load_notifications(file, lambda: 0.0, "").routing.channels


def test_proxies_reach_the_hub_that_configures_them_and_prove_who_they_are(tmp_path: Path) -> None:
    """The server of configuration has a port, a rule of its own, and never goes without mutual TLS."""
    for service in of_kind("server", "Service"):
        assert {"grpc-ads": 18000}.items() <= {each["name"]: each["port"] for each in service["spec"]["ports"]}.items()
    rules = [rule["ports"] for rule in one("server", "NetworkPolicy")["spec"]["ingress"]]
    assert [{"port": "grpc-ads", "protocol": "TCP"}] in rules
    (secret,) = [each for each in of_kind("server", "Secret") if each["metadata"]["name"].endswith("-mesh")]
    mesh, settings = tmp_path / "mesh.yaml", tmp_path / "meshhub.yaml"
    mesh.write_text(secret["stringData"]["mesh.yaml"], encoding="utf-8")
    assert load_mesh(mesh).control_plane
    settings.write_text(one("server", "ConfigMap")["data"]["meshhub.yaml"], encoding="utf-8")
    loaded = load_settings(settings, {}).settings
    assert loaded.ads.authenticates
    assert loaded.ads.mesh_file == loaded.wiring.mesh_file == Path("/etc/meshhub/mesh/mesh.yaml")


@pytest.mark.parametrize("case", CASES)
def test_pods_are_restricted(case: str) -> None:
    """Pod Security Standards, profile restricted, and a root file system that nothing is written to."""
    pod = one(case, "StatefulSet")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (hub,) = [each for each in pod["containers"] if each["name"] == "hub"]
    assert hub["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert hub["resources"]["limits"]["memory"]
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    kinds = {kind for volume in pod["volumes"] for kind in volume if kind != "name"}
    assert kinds <= {"emptyDir", "configMap", "secret", "persistentVolumeClaim", "projected", "downwardAPI"}


def test_by_default_nothing_is_asked_of_the_cluster_and_little_is_let_through() -> None:
    pod = one("embedded", "StatefulSet")["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert not of_kind("embedded", "ClusterRole")
    policy = one("embedded", "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == [{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}]
    readers = [rule for rule in policy["ingress"] if {"port": "http-web", "protocol": "TCP"} in rule["ports"]]
    assert [rule["from"] for rule in readers] == [[{"podSelector": {}}]]


@pytest.mark.parametrize("case", CASES)
def test_mounts_volumes_ports_and_probes_fit_together(case: str) -> None:
    stateful = one(case, "StatefulSet")["spec"]
    pod = stateful["template"]["spec"]
    (hub,) = [each for each in pod["containers"] if each["name"] == "hub"]
    volumes = {each["name"] for each in pod["volumes"]}
    volumes |= {each["metadata"]["name"] for each in stateful.get("volumeClaimTemplates", ())}
    assert {mount["name"] for mount in hub["volumeMounts"]} <= volumes
    ports = {each["name"] for each in hub["ports"]}
    for service in of_kind(case, "Service"):
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
        assert {port["appProtocol"] for port in service["spec"]["ports"] if port["name"].startswith("grpc")} == {"grpc"}
        assert service["spec"]["selector"].items() <= stateful["template"]["metadata"]["labels"].items()
    mounted = [mount["mountPath"] for mount in hub["volumeMounts"]]
    files = re.findall(r"/etc/meshhub/[\w./-]+", one(case, "ConfigMap")["data"]["meshhub.yaml"])
    assert all(any(file == path or file.startswith(f"{path}/") for path in mounted) for file in files), files


def test_secrets_are_by_reference() -> None:
    (hub,) = [
        each for each in one("server", "StatefulSet")["spec"]["template"]["spec"]["containers"] if each["name"] == "hub"
    ]
    assert all("valueFrom" in each for each in hub["env"] if "PASSWORD" in each["name"])
    assert "password" not in one("server", "ConfigMap")["data"]["meshhub.yaml"]


def test_the_defaults_fit_the_schema_and_the_schema_is_closed() -> None:
    jsonschema.validate(VALUES, SCHEMA)
    for wrong in (
        {"replicas": 3},
        {"image": {"repositry": "x"}},
        {"profile": "cluster"},
        {"web": {"port": 80}},
        {"ingest": {"auth": {"mode": "none"}}},
        {"oidc": {"issuer": "http://login.example.org"}},
        {"retention": {"spans": 0}},
        {"image": {"digest": "latest"}},
        {"ads": {"certificates": "proxies"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(_over(VALUES, wrong), SCHEMA)


def test_every_value_is_in_the_schema() -> None:
    for path, _ in _leaves(VALUES):
        schema = SCHEMA
        for name in path:
            if name not in schema.get("properties", {}):
                break
            schema = schema["properties"][name]
        else:
            continue
        pytest.fail(f"the schema does not have {'.'.join(path)}")


def test_one_case_sets_every_value_to_something_else() -> None:
    everything = yaml.safe_load((CHART / "ci" / "everything.yaml").read_text(encoding="utf-8"))
    for path, default in _leaves(VALUES):
        value = everything
        for name in path:
            assert name in value, f"{'.'.join(path)} is not set"
            value = value[name]
        assert value != default, f"{'.'.join(path)} is its default"


def test_templates_use_every_value_and_no_other() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in sorted((CHART / "templates").iterdir()))
    used = {tuple(match.split(".")[2:]) for match in re.findall(r"\.Values(?:\.\w+)+", texts)}
    used = {tuple(match[1:].split(".")[1:]) for match in re.findall(r"\.Values(?:\.\w+)+", texts)}
    known = {path for path, _ in _leaves(VALUES)}
    for path in used:
        assert any(leaf[: len(path)] == path or path[: len(leaf)] == leaf for leaf in known), f"unknown: {path}"
    for leaf in known:
        assert any(leaf[: len(path)] == path for path in used), f"not used: {leaf}"


def test_dashboard_and_rules_ask_for_metrics_that_the_hub_has() -> None:
    reference = (CHART.parents[1] / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`((?:meshhub|http|process)_\w+)`", reference))
    dashboard = json.loads((CHART / "files" / "dashboard.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    (rules,) = of_kind("everything", "PrometheusRule")
    alerts = [rule for group in rules["spec"]["groups"] for rule in group["rules"]]
    asked += [rule["expr"] for rule in alerts]
    for expression in asked:
        for name in re.findall(r"\b(?:meshhub|http|process)_\w+", expression):
            assert name in known or name.removesuffix("_bucket") in known, name
    for rule in alerts:
        assert (CHART.parents[1] / "docs" / "runbooks" / f"{rule['alert']}.md").exists()
        assert rule["annotations"]["runbook_url"].endswith(f"/{rule['alert']}.md")


def _leaves(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in values.items():
        here = (*path, name)
        if isinstance(value, dict) and value and here[0] not in FREE and not here[-1].lower().endswith(MAPS):
            yield from _leaves(value, here)
        else:
            yield here, value


def _over(values: Any, changes: Mapping[str, Any]) -> Any:
    return values | {
        name: _over(values[name], change) if isinstance(change, dict) and name in values else change
        for name, change in changes.items()
    }
