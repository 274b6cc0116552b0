"""Applying to a cluster: the real client against a Kubernetes API over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from envoy_config.apply.kubernetes import carry_out, plan
from envoy_config.apply.live_diff import compare_live
from envoy_config.apply.model import Deed, Interrupted, Refused
from envoy_config.diff import Presence
from envoy_config.history.model import AppliedDocument
from envoy_config.live.cluster import Cluster, connect
from envoy_config.live.reading import read_cluster
from envoy_config.rules.checking import check
from meshhub.errors import MeshhubError
from meshhub.testing.fake_kubernetes import FakeKubernetes, kubeconfig_of, serving


@pytest.fixture
def state() -> FakeKubernetes:
    return FakeKubernetes()


@pytest.fixture
def cluster(state: FakeKubernetes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    with serving(state, tmp_path / "kubeconfig"), connect() as found:
        yield found


def document(name: str, *contents: object, secret: bool = False) -> AppliedDocument:
    return AppliedDocument(f"{name}.yaml", yaml.safe_dump_all(contents), secret)


def telemetry(percent: float, name: str = "meshhub", namespace: str = "istio-system") -> dict[str, object]:
    return {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"tracing": [{"randomSamplingPercentage": percent}]},
    }


def config_map(name: str, namespace: str = "shop", **data: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data}


def deeds(outcomes: object) -> list[str]:
    return [each.deed.value for each in outcomes]  # type: ignore[attr-defined]


def writes(state: FakeKubernetes) -> list[tuple[str, str]]:
    return [(verb, path) for verb, path, dry in state.calls if verb != "GET" and not dry]


def test_everything_is_tried_before_the_first_is_written(cluster: Cluster, state: FakeKubernetes) -> None:
    documents = [document("logs", telemetry(100)), document("map", config_map("a", b="c"))]
    planned = plan(cluster, documents)
    assert writes(state) == []
    assert deeds(planned.outcomes) == ["created", "created"]
    assert deeds(carry_out(cluster, planned)) == ["created", "created"]
    live = state.live("Telemetry", "meshhub", "istio-system")
    assert live is not None
    assert [each["manager"] for each in live["metadata"]["managedFields"]] == ["meshhub"]
    assert deeds(plan(cluster, documents).outcomes) == ["unchanged", "unchanged"]


def test_fields_of_others_are_left_alone_unless_they_are_taken(cluster: Cluster, state: FakeKubernetes) -> None:
    state.put(config_map("a", mine="1", theirs="2"), "helm")
    documents = [document("map", config_map("a", theirs="3", new="4"))]
    with pytest.raises(Refused) as caught:
        plan(cluster, documents)
    (trouble,) = caught.value.troubles
    assert trouble.conflict
    assert ".data.theirs is owned by helm" in trouble.reason
    assert "--force-conflicts" in trouble.reason
    assert writes(state) == []
    carry_out(cluster, plan(cluster, documents, force=True))
    assert (state.live("ConfigMap", "a", "shop") or {})["data"] == {"mine": "1", "theirs": "3", "new": "4"}


def test_a_missing_crd_and_a_missing_permission_are_explained_and_nothing_is_written(
    cluster: Cluster, state: FakeKubernetes
) -> None:
    state.forbidden.add(("PATCH", "telemetries"))
    kuma = {
        "apiVersion": "kuma.io/v1alpha1",
        "kind": "MeshTrace",
        "metadata": {"name": "a", "namespace": "kuma-system"},
    }
    documents = [document("a", kuma), document("b", telemetry(1)), document("c", config_map("c"))]
    with pytest.raises(Refused) as caught:
        plan(cluster, documents)
    said = {each.name: each.reason for each in caught.value.troubles}
    assert "CustomResourceDefinition is missing" in said["a.yaml (MeshTrace kuma-system/a)"]
    forbidden = said["b.yaml (Telemetry istio-system/meshhub)"]
    assert 'the verb "patch" on telemetries in apiGroup "telemetry.istio.io" in the namespace istio-system' in forbidden
    assert "nothing was written" in str(caught.value)
    assert writes(state) == []


def test_what_was_written_before_a_failure_is_put_back(cluster: Cluster, state: FakeKubernetes) -> None:
    state.put(config_map("there", a="1"), "helm")
    carry_out(cluster, plan(cluster, [document("x", config_map("ours", k="old"))]))
    before = {key: value["metadata"]["managedFields"] for key, value in state.objects.items()}
    state.refused.add("late")
    documents = [
        document("a", config_map("fresh", k="v")),
        document("b", config_map("ours", k="new")),
        document("c", config_map("there", b="2")),
        document("d", telemetry(1, "late")),
    ]
    planned = plan(cluster, documents)
    with pytest.raises(Interrupted) as caught:
        carry_out(cluster, planned)
    assert caught.value.trouble.name == "d.yaml (Telemetry istio-system/late)"
    assert len(caught.value.restored) == 3
    assert caught.value.left == ()
    assert "everything is as it was before" in str(caught.value)
    assert state.live("ConfigMap", "fresh", "shop") is None
    assert (state.live("ConfigMap", "ours", "shop") or {})["data"] == {"k": "old"}
    assert (state.live("ConfigMap", "there", "shop") or {})["data"] == {"a": "1"}
    assert {key: value["metadata"]["managedFields"] for key, value in state.objects.items()} == before


def test_what_cannot_be_put_back_is_named(cluster: Cluster, state: FakeKubernetes) -> None:
    state.refused.add("late")
    state.forbidden.add(("DELETE", "configmaps"))
    planned = plan(cluster, [document("a", config_map("fresh")), document("d", telemetry(1, "late"))])
    with pytest.raises(Interrupted) as caught:
        carry_out(cluster, planned)
    assert [each.name for each in caught.value.left] == ["a.yaml (ConfigMap shop/fresh)"]
    assert "NOT put back" in str(caught.value)


def test_objects_go_into_a_namespace_of_the_same_documents(cluster: Cluster, state: FakeKubernetes) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "new"}}
    documents = [document("a", config_map("c", "new")), document("z", namespace)]
    planned = plan(cluster, documents)
    assert deeds(planned.outcomes) == ["created", "untried"]
    assert deeds(carry_out(cluster, planned)) == ["created", "created"]
    assert state.live("ConfigMap", "c", "new") is not None


def test_what_is_in_the_documents_no_more_goes_or_is_released(cluster: Cluster, state: FakeKubernetes) -> None:
    former = [document("a", config_map("ours", k="v")), document("b", config_map("shared", k="v"))]
    carry_out(cluster, plan(cluster, former))
    state.put(config_map("shared", other="1"), "helm")
    planned = plan(cluster, [], former)
    assert sorted(deeds(planned.outcomes)) == ["deleted", "released"]
    carry_out(cluster, planned)
    assert state.live("ConfigMap", "ours", "shop") is None
    assert (state.live("ConfigMap", "shared", "shop") or {})["data"] == {"other": "1"}
    assert plan(cluster, [], former).outcomes[0].deed is Deed.RELEASED or plan(cluster, [], former).steps == ()


def test_the_difference_to_the_cluster_leaves_out_what_the_server_sets(cluster: Cluster, state: FakeKubernetes) -> None:
    state.put({**telemetry(1), "status": {"x": 1}}, "kubectl")
    state.put(config_map("same", a="b"), "kubectl")
    token = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "t", "namespace": "shop"},
        "data": {"t": "x"},
    }
    documents = [
        document("a", telemetry(100)),
        document("b", config_map("same", a="b")),
        document("c", token, secret=True),
        document("d", {"apiVersion": "no.such/v1", "kind": "Thing", "metadata": {"name": "x"}}),
    ]
    diffs, troubles = compare_live(cluster, documents)
    found = {each.name: each for each in diffs}
    changed = found["a.yaml (Telemetry istio-system/meshhub)"]
    assert [(each.path, each.before, each.after) for each in changed.fields] == [
        ("spec.tracing[0].randomSamplingPercentage", "1", "100")
    ]
    assert found["b.yaml (ConfigMap shop/same)"].presence is Presence.UNCHANGED
    added = found["c.yaml (ConfigMap shop/t)"]
    assert (added.presence, added.unified, added.secret) == (Presence.ADDED, "", True)
    assert [each.name for each in troubles] == ["d.yaml (Thing x)"]


def test_documents_that_are_no_objects_are_refused(cluster: Cluster) -> None:
    bad = [AppliedDocument("a", "x: 1"), AppliedDocument("b", "{"), document("c", telemetry(1), telemetry(2))]
    with pytest.raises(Refused) as caught:
        plan(cluster, bad)
    assert len(caught.value.troubles) == 3


def test_a_live_cluster_is_checked_and_what_may_not_be_read_is_said(cluster: Cluster, state: FakeKubernetes) -> None:
    state.put(telemetry(0), "kubectl")
    state.forbidden.add(("GET", "deployments"))
    reading = read_cluster(cluster)
    assert "MH010" in {each.code for each in check(reading.objects)}
    (fault,) = reading.faults
    assert 'the verb "get" on deployments' in fault.reason


def test_a_cluster_that_is_away_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(kubeconfig_of("http://127.0.0.1:1"), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    with connect("prod") as away, pytest.raises(MeshhubError, match="could not reach the Kubernetes API of prod"):
        away.get(telemetry(1))
    with pytest.raises(MeshhubError, match="could not find the cluster nowhere"), connect("nowhere"):
        pass
    kubeconfig.write_text("a: [", encoding="utf-8")
    with pytest.raises(MeshhubError, match="could not find the cluster"), connect():
        pass


def test_what_is_removed_leaves_namespaces_and_fields_of_others(cluster: Cluster, state: FakeKubernetes) -> None:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "hub", "annotations": {"mesh": "on"}}}
    documents = [document("space", space), document("map", config_map("a", "hub", ours="1"))]
    carry_out(cluster, plan(cluster, documents))
    gone = plan(cluster, [], documents)
    assert sorted(deeds(gone.outcomes)) == ["deleted", "released"]
    carry_out(cluster, gone)
    assert state.live("ConfigMap", "a", "hub") is None
    assert state.live("Namespace", "hub", "") is not None
