"""The chart: what helm renders of it (tests/helm/goldens) is valid, safe and starts a hub; every value is known and
used.

That the goldens are what helm renders is checked by `make chart`, which needs helm.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from alerting.routing.loading import load_notifications
from alerting.specification.loading import load_specifications
from envoy_config.emit import emit
from envoy_config.intent import load_intent, load_mesh
from meshhub.app.shared import are_apart
from meshhub.settings import Flag, load_settings
from meshhub.settings.roles import ALL_ROLES
from meshhub.testing.chart import CHART, GOLDENS, NAMESPACE, cases
from meshhub.testing.engine import rows
from storage.client import Store

CASES = [case.stem for case in cases()]
VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
CUSTOM = frozenset(
    {
        "cert-manager.io/v1",
        "monitoring.coreos.com/v1",
        "gateway.networking.k8s.io/v1",
        "clickhouse.altinity.com/v1",
        "clickhouse-keeper.altinity.com/v1",
    }
)
"""Kinds that Kubernetes' own schemas do not have."""

OTHERS = ("-slos", "-extra", "-headless", "-dashboard", "-job")
WORKLOADS = ("StatefulSet", "Deployment", "Job", "CronJob")
ROLES = ("collector", "web", "alerting", "ads")
APART = [case for case in CASES if case == "cluster"]
MAPS = ("labels", "annotations")
FREE = ("settings", "slos", "resources", "affinity", "nodeSelector", "to", "days")


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


def pods(case: str) -> dict[str, dict[str, Any]]:
    """The pod templates, by the name of what makes them."""
    made = {}
    for kind in WORKLOADS:
        for each in of_kind(case, kind):
            spec = each["spec"]["jobTemplate"]["spec"] if kind == "CronJob" else each["spec"]
            made[each["metadata"]["name"]] = spec["template"]
    return made


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


def settings_texts(case: str) -> dict[str, str]:
    """The settings files, by role; "" where one process has all."""
    files = one(case, "ConfigMap")["data"]
    return {"" if name == "meshhub.yaml" else name.removesuffix(".yaml"): text for name, text in files.items()}


@pytest.mark.parametrize("case", CASES)
def test_the_hub_takes_the_settings_that_the_chart_writes(case: str, tmp_path: Path) -> None:
    """The real loader, which refuses an address that is open to everybody."""
    assert set(settings_texts(case)) == (set(ROLES) if case in APART else {""})
    for role, text in settings_texts(case).items():
        file = tmp_path / f"{role}.yaml"
        file.write_text(text, encoding="utf-8")
        flags = [Flag(("roles",), [role], "--role")] if role else []
        settings = load_settings(file, {}, flags).settings
        assert not settings.insecure
        assert settings.web.address.startswith("0.0.0.0:")
        assert list(settings.roles) == ([role] if role else list(ALL_ROLES))


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
    assert pods(case)
    for template in pods(case).values():
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        hub = hub_of(template)
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
def test_mounts_and_volumes_fit_together_and_ports_what_serves_them(case: str) -> None:
    claims = {
        each["metadata"]["name"]: {claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", ())}
        for each in of_kind(case, "StatefulSet")
    }
    for name, template in pods(case).items():
        volumes = {each["name"] for each in template["spec"]["volumes"]} | claims.get(name, set())
        assert {mount["name"] for mount in hub_of(template)["volumeMounts"]} <= volumes, name
    for service in of_kind(case, "Service"):
        selector = service["spec"]["selector"].items()
        selected = [template for template in pods(case).values() if selector <= template["metadata"]["labels"].items()]
        assert len(selected) == 1, service["metadata"]["name"]
        ports = {each["name"] for each in hub_of(selected[0])["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
        assert all(
            port["appProtocol"] == "grpc" for port in service["spec"]["ports"] if port["name"].startswith("grpc")
        )


@pytest.mark.parametrize("case", CASES)
def test_every_file_of_the_settings_is_mounted(case: str) -> None:
    for role, text in settings_texts(case).items():
        template = role_pods(case)[role] if role else one(case, "StatefulSet")["spec"]["template"]
        mounted = {mount["mountPath"]: mount for mount in hub_of(template)["volumeMounts"]}
        assert mounted["/etc/meshhub/meshhub.yaml"]["subPath"] == f"{role or 'meshhub'}.yaml"
        files = re.findall(r"/etc/meshhub/[\w./-]+", text)
        assert all(any(file == path or file.startswith(f"{path}/") for path in mounted) for file in files), files


def hub_of(template: Mapping[str, Any]) -> dict[str, Any]:
    (hub,) = [each for each in template["spec"]["containers"] if each["name"] == "hub"]
    return dict(hub)


def role_pods(case: str) -> dict[str, dict[str, Any]]:
    component = "app.kubernetes.io/component"
    found = {template["metadata"]["labels"].get(component): template for template in pods(case).values()}
    return {role: found[role] for role in ROLES}


@pytest.mark.parametrize("case", APART)
def test_each_role_is_what_it_says_has_its_account_and_is_spread(case: str) -> None:
    accounts = {each["metadata"]["name"] for each in of_kind(case, "ServiceAccount")}
    budgets = [each["spec"]["selector"]["matchLabels"] for each in of_kind(case, "PodDisruptionBudget")]
    for role, template in role_pods(case).items():
        assert {"name": "MESHHUB_ROLES", "value": role} in hub_of(template)["env"]
        pod, labels = template["spec"], template["metadata"]["labels"].items()
        assert pod["serviceAccountName"] == f"mesh-meshhub-{role}"
        assert pod["serviceAccountName"] in accounts
        assert {each["topologyKey"] for each in pod["topologySpreadConstraints"]} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }
        assert all(each["labelSelector"]["matchLabels"].items() <= labels for each in pod["topologySpreadConstraints"])
        assert any(budget.items() <= labels for budget in budgets)
    asks = {role for role, template in role_pods(case).items() if template["spec"]["automountServiceAccountToken"]}
    assert asks == {"collector", "web", "alerting"}


@pytest.mark.parametrize("case", APART)
def test_secrets_are_with_the_role_that_needs_them(case: str) -> None:
    has = {
        role: {each["name"] for each in template["spec"]["volumes"]} - {"tmp", "config", "data"}
        for role, template in role_pods(case).items()
    }
    assert has == {
        "collector": {"ingest"},
        "web": {"session", "admin", "slos", "mesh"},
        "alerting": {"slos"},
        "ads": {"mesh", "ads-tls", "ads-client-ca"},
    }


@pytest.mark.parametrize("case", APART)
def test_collectors_have_a_journal_each_and_pages_scale(case: str) -> None:
    (collectors,) = of_kind(case, "StatefulSet")
    assert collectors["spec"]["replicas"] == 6
    (claim,) = collectors["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    (scaler,) = of_kind(case, "HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] == "mesh-meshhub-web"
    (pages,) = [each for each in of_kind(case, "Deployment") if each["metadata"]["name"] == "mesh-meshhub-web"]
    assert "replicas" not in pages["spec"]


@pytest.mark.parametrize("case", APART)
def test_what_a_role_may_do_in_kubernetes_is_little(case: str) -> None:
    within = {each["metadata"]["name"]: each["rules"] for each in of_kind(case, "Role")}
    assert within.keys() == {"mesh-meshhub-alerting", "mesh-meshhub-agents-job"}
    lease = within["mesh-meshhub-alerting"]
    assert lease == [
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]}
    ]
    rules = {each["metadata"]["name"].rsplit("-", 1)[1]: each["rules"] for each in of_kind(case, "ClusterRole")}
    assert rules["collector"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]
    for group in (*rules.values(), *within.values()):
        for rule in group:
            assert "*" not in rule["verbs"] + rule["resources"] + rule["apiGroups"]
            assert "secrets" not in rule["resources"] or rule["verbs"] == ["create"] or rule["resourceNames"]


@pytest.mark.parametrize("case", ["cluster", "everything"])
def test_the_hook_may_do_what_the_bundle_of_its_mesh_file_takes(case: str, tmp_path: Path) -> None:
    """By the permissions that the bundle itself names; in an API server that lets nobody grant what he may not do."""
    (secret,) = [each for each in of_kind(case, "Secret") if each["metadata"]["name"].endswith("-wiring")]
    file = tmp_path / "mesh.yaml"
    file.write_text(secret["stringData"]["mesh.yaml"], encoding="utf-8")
    (job,) = [each for each in of_kind(case, "Job") if each["metadata"]["name"].endswith("-wire")]
    account = job["spec"]["template"]["spec"]["serviceAccountName"]
    roles = {
        binding["roleRef"]["name"]: binding["kind"] == "ClusterRoleBinding"
        for binding in (*of_kind(case, "ClusterRoleBinding"), *of_kind(case, "RoleBinding"))
        if binding["subjects"][0]["name"] == account
    }
    granted = [
        (each["kind"] == "ClusterRole", rule)
        for each in (*of_kind(case, "ClusterRole"), *of_kind(case, "Role"))
        if each["metadata"]["name"] in roles
        for rule in each["rules"]
    ]

    def may(verb: str, group: str, resource: str, name: str, namespace: str) -> bool:
        return any(
            verb in rule["verbs"]
            and group in rule["apiGroups"]
            and resource in rule["resources"]
            and (not name or name in rule.get("resourceNames", [name]))
            and (everywhere or namespace == NAMESPACE)
            for everywhere, rule in granted
        )

    bundle = emit(load_intent(file), "prod")
    for document in bundle.permissions:
        content = document.content
        assert isinstance(content, dict)
        namespace = content["metadata"].get("namespace", "")
        for rule in content["rules"]:
            (group,), (resource,) = rule["apiGroups"], rule["resources"]
            if resource == "services":
                continue  # the hub's is the chart's own, and left as it is
            for name, verb in product(rule.get("resourceNames", [""]), rule["verbs"]):
                asked = (verb, group, resource, name, namespace)
                assert may(*asked), (document.path, asked)


@pytest.mark.parametrize("case", APART)
def test_every_pod_is_behind_a_policy_and_roles_do_not_reach_each_other(case: str) -> None:
    policies = {each["metadata"]["name"].rsplit("-", 1)[1]: each["spec"] for each in of_kind(case, "NetworkPolicy")}
    assert set(policies) == {*ROLES, "job", "clickhouse", "keeper"}
    assert all(policy["policyTypes"] == ["Ingress", "Egress"] for policy in policies.values())
    for template in pods(case).values():
        labels = template["metadata"]["labels"].items()
        matching = [name for name, each in policies.items() if each["podSelector"]["matchLabels"].items() <= labels]
        assert len(matching) == 1, labels
    for role in ROLES:
        targets = [peer for rule in policies[role]["egress"] for peer in rule.get("to", ())]
        assert {"podSelector": {"matchLabels": {"clickhouse.altinity.com/chi": "mesh-meshhub"}}} in targets
        assert not any("app.kubernetes.io/component" in str(peer) for peer in targets)
    ports = {port["port"] for rule in policies["keeper"]["ingress"] for port in rule["ports"]}
    assert ports == {2181, 9444}
    assert all(rule["from"] for name in ("keeper", "clickhouse") for rule in policies[name]["ingress"])


@pytest.mark.parametrize("case", APART)
def test_the_cluster_that_the_operator_makes_is_the_one_that_the_hub_asks(case: str) -> None:
    (engine,) = of_kind(case, "ClickHouseInstallation")
    (keeper,) = of_kind(case, "ClickHouseKeeperInstallation")
    settings = yaml.safe_load(settings_texts(case)["web"])
    assert settings["store"] == f"clickhouse://clickhouse-{engine['metadata']['name']}.{NAMESPACE}.svc:8123"
    assert settings["storage"]["migrate"] is False
    configuration = engine["spec"]["configuration"]
    (cluster,) = configuration["clusters"]
    assert cluster["name"] == settings["storage"]["cluster"]
    assert cluster["layout"] == {"shardsCount": 2, "replicasCount": 2}
    assert configuration["zookeeper"]["nodes"] == [{"host": f"keeper-{keeper['metadata']['name']}", "port": 2181}]
    assert keeper["spec"]["configuration"]["clusters"][0]["layout"] == {"replicasCount": 3}
    for made in (engine, keeper):
        templates = made["spec"]["templates"]
        named = made["spec"]["defaults"]["templates"]
        assert named["podTemplate"] == templates["podTemplates"][0]["name"]
        assert named["dataVolumeClaimTemplate"] == templates["volumeClaimTemplates"][0]["name"]
        assert templates["volumeClaimTemplates"][0]["reclaimPolicy"] == "Retain"
        pod = templates["podTemplates"][0]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["containers"][0]["securityContext"]["allowPrivilegeEscalation"] is False
    users = configuration["users"]
    assert configuration["profiles"]["meshhub_reader/readonly"] == "2"
    assert not any("INSERT" in grant or "ALL" in grant for grant in users["meshhub_reader/grants/query"])
    for user in ("meshhub", "meshhub_reader"):
        assert users[f"{user}/password"]["valueFrom"]["secretKeyRef"]["name"] == "clickhouse-users"
    policies = configuration["files"]["config.d/meshhub-tiers.xml"]
    assert f"<{settings['storage']['tiers']['policy']}>" in policies
    assert "<cold><disk>cold_cache</disk>" in policies


@pytest.mark.parametrize("case", APART)
def test_the_engine_can_parse_what_its_users_are_granted(case: str, embedded_store: Store) -> None:
    (engine,) = of_kind(case, "ClickHouseInstallation")
    users = engine["spec"]["configuration"]["users"]
    for user in ("meshhub", "meshhub_reader"):
        for grant in users[f"{user}/grants/query"]:
            assert rows(embedded_store, f"EXPLAIN AST {grant} TO {user}")


@pytest.mark.parametrize("case", APART)
def test_migrations_are_a_job_of_each_release_and_the_wiring_comes_and_goes_with_it(case: str) -> None:
    jobs = {each["metadata"]["name"]: each for each in of_kind(case, "Job")}
    migrate = hub_of(jobs["mesh-meshhub-migrate-1"]["spec"]["template"])
    assert migrate["args"] == ["migrate", "--wait", "900"]
    variables = {each["name"]: each.get("value") for each in migrate["env"]}
    assert variables["MESHHUB_STORAGE__CLUSTER"] == "main"
    settings = load_settings(None, {name: text for name, text in variables.items() if text is not None}).settings
    assert settings.storage.retention.access_logs == VALUES["retention"]["accessLogs"]
    assert settings.storage.tiers.days("spans") == 2
    for name, hook, verb in (("wire", "post-install,post-upgrade", "apply"), ("unwire", "pre-delete", "remove")):
        job = jobs[f"mesh-meshhub-{name}"]
        assert job["metadata"]["annotations"]["helm.sh/hook"] == hook
        assert hub_of(job["spec"]["template"])["args"][:3] == ["wire", verb, "/etc/meshhub/wiring/mesh.yaml"]
        assert job["spec"]["template"]["spec"]["automountServiceAccountToken"] is True
        given = {each["name"]: each.get("value", "") for each in hub_of(job["spec"]["template"])["env"]}
        assert are_apart(load_settings(None, given).settings), "what the hook did is noted where all roles see it"
    (cron,) = of_kind(case, "CronJob")
    backup = hub_of(cron["spec"]["jobTemplate"]["spec"]["template"])
    assert backup["args"] == ["backup", "--url", "http://mesh-meshhub-web:8080", "--verify"]
    assert {"name": "MESHHUB_TOKEN_FILE", "value": "/etc/meshhub/token/token"} in backup["env"]


@pytest.mark.parametrize("case", ["cluster", "everything"])
def test_the_mesh_file_of_the_hook_is_one_and_makes_something(case: str, tmp_path: Path) -> None:
    (secret,) = [each for each in of_kind(case, "Secret") if each["metadata"]["name"].endswith("-wiring")]
    file = tmp_path / "mesh.yaml"
    file.write_text(secret["stringData"]["mesh.yaml"], encoding="utf-8")
    assert emit(load_intent(file), "prod").documents


@pytest.mark.parametrize("case", ["cluster", "everything"])
def test_the_arguments_of_jobs_are_commands_with_these_options(case: str) -> None:
    reference = (CHART.parents[1] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for name, template in pods(case).items():
        if template["spec"].get("restartPolicy") != "Never":
            continue
        words = hub_of(template)["args"]
        command = " ".join(words[:2]) if words[0] == "wire" else words[0]
        section = reference.partition(f"## `meshhub {command}`")[2].partition("\n## ")[0]
        for option in (word for word in words if word.startswith("--")):
            assert f"`{option}" in section, (name, option)


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
        {"profile": "clusters"},
        {"clickhouse": {"operator": {"shards": 0}}},
        {"clickhouse": {"operator": {"keeper": {"replicas": 2}}}},
        {"clickhouse": {"operator": {"cold": {"days": {"indexes": 3}}}}},
        {"roles": {"collector": {"replica": 3}}},
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
        if isinstance(value, dict) and value and here[-1] not in FREE and not here[-1].lower().endswith(MAPS):
            yield from _leaves(value, here)
        else:
            yield here, value


def _over(values: Any, changes: Mapping[str, Any]) -> Any:
    return values | {
        name: _over(values[name], change) if isinstance(change, dict) and name in values else change
        for name, change in changes.items()
    }
