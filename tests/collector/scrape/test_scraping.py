"""Scraping as it runs in a collector: good and bad targets, what is told of them, and that none harms another."""

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

from meshhub.testing.collecting import MemorySink, running
from meshhub.testing.exposing import Answer, Exposing, exposing, text

QUICK = {"interval_seconds": 0.2, "timeout_seconds": 0.15}


def job(name: str, *targets: Exposing, **more: Any) -> dict[str, Any]:
    listed = {"targets": [target.address for target in targets], "labels": {"service": name, "namespace": "shop"}}
    return {"name": name, "static_configs": [listed], **QUICK, **more}


def values(sink: MemorySink, service: str) -> dict[str, list[float]]:
    """The values of each metric that a service has, oldest first."""
    found: dict[str, list[float]] = {}
    for message in sink.messages:
        for resource in ExportMetricsServiceRequest.FromString(message).resource_metrics:
            said = {each.key: each.value.string_value for each in resource.resource.attributes}
            if said.get("service.name") == service:
                for metric in resource.scope_metrics[0].metrics:
                    data = metric.sum if metric.WhichOneof("data") == "sum" else metric.gauge
                    found.setdefault(metric.name, []).extend(point.as_double for point in data.data_points)
    return found


def scraped(path: Path, sink: MemorySink, *jobs: dict[str, Any], until: Any, meter: Any = None) -> None:
    with running(path, sink, scrape={"jobs": list(jobs)}, meter=meter):
        sink.wait_for(until)


def test_a_registry_is_scraped_with_its_companions(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    Counter("calls", "Calls.", ["code"], registry=registry).labels("200").inc(5)
    sink = MemorySink()

    def answer(_path: str, headers: Any) -> Answer:
        assert "openmetrics" in headers["accept"]
        return text(generate_latest(registry).decode(), CONTENT_TYPE_LATEST)

    with exposing(answer) as target:
        scraped(tmp_path, sink, job("good", target), until=lambda: values(sink, "good"))
    seen = values(sink, "good")
    assert (seen["calls_total"][0], seen["up"][0], seen["scrape_samples_scraped"][0]) == (5.0, 1.0, 2.0)
    assert seen["scrape_series_added"][0] == 2.0
    assert 0 < seen["scrape_duration_seconds"][0] < QUICK["timeout_seconds"]


def endless() -> Iterator[bytes]:
    while True:
        yield b"a 1\n" * 10_000


def bad_targets() -> dict[str, Answer]:
    bomb = gzip.compress(b"a 1\n" * 100_000)
    return {
        "endless": (200, {}, endless()),
        "redirecting": (302, {"location": "/metrics"}, b""),
        "failing": (500, {}, b"a 1\n"),
        "garbage": (200, {}, b"<html>\xff\xfe"),
        "bomb": (200, {"content-encoding": "gzip"}, bomb),
        "coded": (200, {"content-encoding": "br"}, b"a 1\n"),
        "cut": (200, {"content-type": "application/openmetrics-text"}, b"a 1\n"),
        "many": text("".join(f'a{{n="{n}"}} 1\n' for n in range(200))),
    }


def test_bad_targets_are_down_and_harm_no_other(tmp_path: Path) -> None:
    sink = MemorySink()
    release = threading.Event()

    def answer(path: str, _headers: Any) -> Answer:
        name = path.removeprefix("/metrics/")
        if name == "slow":
            release.wait(30)
        return bad_targets()[name] if name in bad_targets() else text("a 1\n")

    reader = InMemoryMetricReader()
    meter = MeterProvider(metric_readers=[reader]).get_meter("test")
    names = [*bad_targets(), "slow"]
    limits = {"body_bytes": 200_000, "samples": 100}
    with exposing(answer) as target:
        jobs = [job(name, target, path=f"/metrics/{name}", **limits) for name in names]
        patient = {"interval_seconds": 2, "timeout_seconds": 2}  # the others load the machine
        with running(tmp_path, sink, scrape={"jobs": [*jobs, job("good", target, **patient)]}, meter=meter):
            sink.wait_for(lambda: all(len(values(sink, name).get("up", [])) >= 2 for name in [*names, "good"]))
            told = told_by(reader)
        release.set()
    for name in names:
        seen = values(sink, name)
        assert set(seen["up"]) == {0.0}, name
        assert "a" not in seen, name
    assert set(values(sink, "good")["up"]) == {1.0}
    assert told["meshhub.scrape.targets"][("good", "up")] == 1
    assert told["meshhub.scrape.targets"][("slow", "down")] == 1
    assert told["meshhub.scrape.scrapes"][("garbage", "down")] >= 2
    assert told["meshhub.scrape.samples"][("good",)] >= 2


def told_by(reader: InMemoryMetricReader) -> dict[str, dict[tuple[str, ...], float]]:
    """What the hub says of its scraping: values by name and by the values of their attributes."""
    data = reader.get_metrics_data()
    assert data is not None
    return {
        metric.name: {
            tuple(str(value) for value in (point.attributes or {}).values()): getattr(point, "value", 0)
            for point in metric.data.data_points
        }
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
    }


def test_targets_get_their_token_and_rules(tmp_path: Path) -> None:
    sink = MemorySink()
    asked: list[Any] = []

    def answer(path: str, headers: Any) -> Answer:
        asked.append((path, headers["authorization"]))
        return text('a{drop="1"} 1\na{keep="1"} 2\n')

    rules = [{"action": "drop", "source_labels": ["drop"], "regex": "1"}]
    made = {"bearer_token": "secret", "params": {"format": "prometheus"}, "metric_relabel_configs": rules}
    with exposing(answer) as target:
        scraped(tmp_path, sink, job("told", target, **made), until=lambda: values(sink, "told"))
    assert asked[0] == ("/metrics?format=prometheus", "Bearer secret")
    seen = values(sink, "told")
    assert set(seen["a"]) == {2.0}
    assert (seen["scrape_samples_scraped"][0], seen["scrape_samples_post_metric_relabeling"][0]) == (2.0, 1.0)


def test_a_file_of_targets_may_change_and_break(tmp_path: Path) -> None:
    sink = MemorySink()
    listed = tmp_path / "targets.yaml"
    with exposing(lambda *_: text("a 1\n")) as target:
        listed.write_text(f"- targets: ['{target.address}']\n  labels: {{service: one}}\n")
        source = {"files": [str(tmp_path / "*.yaml")], "refresh_seconds": 0.05}
        filed = {"name": "filed", "file_sd_configs": [source], **QUICK}
        with running(tmp_path / "data", sink, scrape={"jobs": [filed]}):
            sink.wait_for(lambda: values(sink, "one"))
            listed.write_text("- targets: {")
            seen = len(values(sink, "one")["up"])
            sink.wait_for(lambda: len(values(sink, "one")["up"]) >= seen + 2)  # what was known is kept
            listed.write_text(f"- targets: ['{target.address}']\n  labels: {{service: two}}\n")
            sink.wait_for(lambda: values(sink, "two"))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"name": "a"}, "has no targets"),
        ({"name": "a", "preset": "envoy"}, "has no targets"),
        ({"name": "a b", "preset": "istio"}, "name"),
        ({"name": "a", "preset": "mesh"}, "preset"),
        ({"name": "a", "preset": "istio", "timeout_seconds": 20}, "timeout_seconds must not be larger"),
        ({"name": "a", "preset": "istio", "relabel_configs": [{"regex": "("}]}, "not an expression"),
        ({"name": "a", "static_configs": [{"targets": ["b"], "labels": {"1": "x"}}]}, "not the name of a label"),
        ({"name": "a", "file_sd_configs": [{"files": ["a.txt"]}]}, "does not end in"),
        ({"name": "a", "preset": "istio", "cert_file": "x"}, "both cert_file and key_file"),
        ({"name": "a", "preset": "istio", "bearer_token": "x", "username": "y"}, "not both"),
        ({"name": "a", "preset": "istio", "unheard": 1}, "unheard"),
    ],
)
def test_a_job_that_cannot_work_is_refused(wrong: dict[str, Any], reason: str) -> None:
    from pydantic import ValidationError

    from collector.scrape.settings import ScrapeSettings

    with pytest.raises(ValidationError, match=reason):
        ScrapeSettings.model_validate({"jobs": [wrong]})
