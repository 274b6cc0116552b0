"""Relabelling, presets, and what becomes a target."""

import pytest

from collector.scrape.discovery.kubernetes import pod_labels
from collector.scrape.presets import PRESETS
from collector.scrape.relabel import Labels, RelabelConfig, apply, compile_rule
from collector.scrape.scraper import resource_attributes
from collector.scrape.target import Found, JobTargets, Target


def ruled(labels: Labels, **config: object) -> Labels | None:
    return apply([compile_rule(RelabelConfig(**config))], labels)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"source_labels": ["a", "b"], "target_label": "c"}, {"a": "foo", "b": "bar", "c": "foo;bar"}),
        ({"source_labels": ["a"], "regex": "f(.*)", "target_label": "a"}, {"a": "oo", "b": "bar"}),
        ({"source_labels": ["a"], "regex": "o", "target_label": "a"}, {"a": "foo", "b": "bar"}),  # the whole value
        ({"source_labels": ["a"], "regex": "f(?P<x>.).*", "target_label": "b", "replacement": "${x}-$1x-$$"},
         {"a": "foo", "b": "o--$"}),
        ({"source_labels": ["a"], "regex": "(f).*", "target_label": "${1}oz", "replacement": "1"},
         {"a": "foo", "b": "bar", "foz": "1"}),
        ({"target_label": "a", "replacement": ""}, {"b": "bar"}),
        ({"action": "keep", "source_labels": ["a"], "regex": "foo|x"}, {"a": "foo", "b": "bar"}),
        ({"action": "keep", "source_labels": ["a"], "regex": "fo"}, None),
        ({"action": "drop", "source_labels": ["a"], "regex": "f.*"}, None),
        ({"action": "keepequal", "source_labels": ["a"], "target_label": "b"}, None),
        ({"action": "dropequal", "source_labels": ["a"], "target_label": "b"}, {"a": "foo", "b": "bar"}),
        ({"action": "labelmap", "regex": "(a)", "replacement": "x_$1"}, {"a": "foo", "b": "bar", "x_a": "foo"}),
        ({"action": "labeldrop", "regex": "a"}, {"b": "bar"}),
        ({"action": "labelkeep", "regex": "a"}, {"a": "foo"}),
        ({"action": "uppercase", "source_labels": ["a"], "target_label": "b"}, {"a": "foo", "b": "FOO"}),
        ({"action": "lowercase", "source_labels": ["a"], "target_label": "b"}, {"a": "foo", "b": "foo"}),
        # what Prometheus' own test of hashmod has (model/relabel/relabel_test.go)
        ({"action": "hashmod", "source_labels": ["c"], "target_label": "d", "modulus": 1000},
         {"a": "foo", "b": "bar", "d": "976"}),
    ],
)  # fmt: skip
def test_a_rule_does_what_prometheus_does(config: dict[str, object], expected: Labels | None) -> None:
    labels = {"a": "foo", "b": "bar"} | ({"c": "baz"} if config.get("action") == "hashmod" else {})
    made = ruled(labels, **config)
    assert made == (expected if expected is None or "c" not in labels else {**expected, "c": "baz"})


@pytest.mark.parametrize(
    "config",
    [{"regex": "("}, {"action": "hashmod", "target_label": "a"}, {"action": "replace"}, {"target_label": "1a"}],
)
def test_a_rule_that_cannot_be_used_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"regex|modulus|target_label"):
        ruled({}, **config)


def targets(*found: Found, **changed: object) -> tuple[list[Target], list[str]]:
    made: dict[str, object] = {
        "job": "j", "scheme": "http", "path": "/metrics", "port": 0, "parameters": {}, "rules": (), **changed,
    }  # fmt: skip
    return JobTargets(**made).make(found)  # type: ignore[arg-type]


def declared(address: str, **labels: str) -> Found:
    return Found({"__address__": address, **labels}, declared=True)


@pytest.mark.parametrize(
    ("address", "changed", "url"),
    [
        ("10.0.0.1:9901", {}, "http://10.0.0.1:9901/metrics"),
        ("proxy", {"scheme": "https"}, "https://proxy:443/metrics"),
        ("10.0.0.1", {"port": 4191, "path": "/stats/prometheus"}, "http://10.0.0.1:4191/stats/prometheus"),
        ("[fd00::1]:80", {"parameters": {"a": "b c"}}, "http://[fd00::1]:80/metrics?a=b+c"),
        ("[fd00::1]", {"port": 9}, "http://[fd00::1]:9/metrics"),
    ],
)
def test_an_address_becomes_a_url(address: str, changed: dict[str, object], url: str) -> None:
    [target], faults = targets(declared(address), **changed)
    assert (target.url, faults) == (url, [])
    assert dict(target.labels)["job"] == "j"


@pytest.mark.parametrize(
    "address", ["", "a b:1", "user@host:1", "host:0", "host:99999", "host/../x:1", "host:1#", "\n:1"]
)
def test_what_is_no_address_is_left_out_and_said(address: str) -> None:
    found, faults = targets(declared(address), declared("good:1"))
    assert [target.url for target in found] == ["http://good:1/metrics"]
    assert len(faults) == (1 if address else 0)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "224.0.0.1",
    ],
)
def test_what_was_discovered_is_not_fetched_from_the_hub_itself(host: str) -> None:
    found, faults = targets(Found({"__address__": f"{host}:80"}))
    assert (found, len(faults)) == ([], 1)
    assert len(targets(declared(f"{host}:80"))[0]) == 1


def test_equal_targets_are_one() -> None:
    assert len(targets(declared("a:1"), declared("a:1"), declared("a:1", team="x"))[0]) == 2


def pod(labels: dict[str, str], *containers: dict[str, object], init: bool = False, **owner: str) -> dict[str, object]:
    owners = [{"kind": kind, "name": name, "controller": True} for kind, name in owner.items()]
    return {
        "metadata": {"name": "web-5d-x", "namespace": "shop", "uid": "u", "labels": labels, "ownerReferences": owners},
        "spec": {"nodeName": "n1", "initContainers" if init else "containers": list(containers)},
        "status": {"podIP": "10.1.2.3", "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def ports(*named: tuple[str, int]) -> list[dict[str, object]]:
    return [{"name": name, "containerPort": port} for name, port in named]


PODS = {
    "linkerd": pod(
        {"linkerd.io/proxy-deployment": "web", "version": "v2", "linkerd.io/control-plane-ns": "linkerd"},
        {"name": "app", "ports": ports(("http", 80))},
        {"name": "linkerd-proxy", "ports": ports(("linkerd-proxy", 4143), ("linkerd-admin", 4191))},
    ),
    "istio": pod(
        {"service.istio.io/canonical-name": "web", "service.istio.io/canonical-revision": "v2", "app": "other"},
        {"name": "istio-proxy", "ports": ports(("http-envoy-prom", 15090), ("x", 1))},
        init=True,
    ),
    "ztunnel": pod({"app": "ztunnel", "version": "v2"}, {"name": "istio-proxy"}, DaemonSet="web"),
    "kuma": pod({"app": "web", "version": "v2"}, {"name": "kuma-sidecar"}),
    "consul": pod({"version": "v2"}, {"name": "consul-dataplane"}, ReplicaSet="web-5d7f"),
    "osm": pod({"app": "web", "version": "v2"}, {"name": "envoy"}, {"name": "app"}),
    "appmesh": pod({"app.kubernetes.io/name": "web", "version": "v2"}, {"name": "envoy"}),
}
PORTS = {
    "linkerd": "4191/metrics", "istio": "15020/stats/prometheus", "ztunnel": "15020/stats/prometheus",
    "kuma": "5670/metrics", "consul": "9102/metrics", "osm": "15010/stats/prometheus",
    "appmesh": "9901/stats/prometheus",
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.kubernetes])
def test_a_preset_finds_its_proxy_among_pods_and_names_it(name: str) -> None:
    preset = PRESETS[name]
    rules = [compile_rule(rule) for rule in preset.rules]
    other = pod({"app": "plain"}, {"name": "app", "ports": ports(("http", 8080))})
    found = [Found(labels) for each in (PODS[name], other) for labels in pod_labels(each)]
    [target], faults = targets(*found, port=preset.port, path=preset.path, rules=rules)
    assert (target.url, faults) == (f"http://10.1.2.3:{PORTS[name]}", [])
    said = resource_attributes(dict(target.labels))
    assert (said["service.namespace"], said["service.instance.id"]) == ("shop", "web-5d-x")
    assert said["service.version"] == "v2"
    assert said["service.name"] == ("ztunnel" if name == "ztunnel" else "web")


def test_sidecars_in_consuls_catalogue_are_scraped_where_their_proxies_listen() -> None:
    preset = PRESETS["consul"]
    labels = {
        "__address__": "10.0.0.7:21000", "__meta_consul_service": "web-sidecar-proxy",
        "__meta_consul_address": "10.0.0.7", "__meta_consul_service_id": "web-1-sidecar-proxy",
        "__meta_consul_dc": "dc1",
    }  # fmt: skip
    rules = [compile_rule(rule) for rule in preset.rules]
    plain = Found({**labels, "__meta_consul_service": "web"})
    [target], _ = targets(Found(labels), plain, port=preset.port, path=preset.path, rules=rules)
    assert target.url == "http://10.0.0.7:9102/metrics"
    assert dict(target.labels)["service"] == "web"
    assert dict(target.labels)["cluster"] == "dc1"


def test_a_pod_without_an_address_has_no_targets() -> None:
    assert list(pod_labels({"metadata": {}, "spec": {"containers": [{"name": "a"}]}, "status": {}})) == []
