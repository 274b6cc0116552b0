"""The two text formats: what is read of them, and that nothing else is taken for them."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, Summary, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from collector.scrape import wire
from collector.scrape.encoder import METRIC_BYTES, Encoder, SampleLimits
from collector.scrape.exposition import ExpositionError, is_cumulative, read_labels, read_sample, read_type
from collector.scrape.relabel import RelabelConfig, compile_rule

LIMITS = SampleLimits(samples=10_000, labels=10, name_bytes=50, value_bytes=200)
NOW = 1_790_000_000_000_000_000

Points = dict[tuple[str, tuple[tuple[str, str], ...]], list[tuple[float, int, str]]]


def encoder(target: dict[str, str] | None = None, *rules: RelabelConfig, limits: SampleLimits = LIMITS) -> Encoder:
    return Encoder(target or {}, [compile_rule(rule) for rule in rules], limits)


def decoded(metrics: list[bytes]) -> Points:
    """Values, milliseconds and kinds by name and labels, of what an encoder made."""
    request = ExportMetricsServiceRequest.FromString(wire.request(wire.resource({"a": "b"}), "test", metrics))
    [resource] = request.resource_metrics
    found: Points = {}
    for metric in resource.scope_metrics[0].metrics:
        kind = str(metric.WhichOneof("data"))
        for point in getattr(metric, kind).data_points:
            labels = tuple(sorted((label.key, label.value.string_value) for label in point.attributes))
            found.setdefault((metric.name, labels), []).append((point.as_double, point.time_unix_nano // 10**6, kind))
    return found


def scraped(text: str, *, openmetrics: bool = False, by: Encoder | None = None) -> Points:
    return decoded((by or encoder()).encode(text, NOW, openmetrics=openmetrics).metrics)


@pytest.mark.parametrize(
    ("line", "name", "labels", "value", "stamp"),
    [
        ("up 1", "up", {}, 1.0, None),
        ('a:b{x="1"} -2.5e3', "a:b", {"x": "1"}, -2500.0, None),
        ('a{x="1",y="2",} +Inf 1700000000000', "a", {"x": "1", "y": "2"}, math.inf, 1_700_000_000_000),
        ('a { x = "}, b{" , y="\\"\\n\\\\" }\t7', "a", {"x": "}, b{", "y": '"\n\\'}, 7.0, None),
        ('a{x=""} 1 -5', "a", {}, 1.0, -5),
        ("a{} 3", "a", {}, 3.0, None),
    ],
)
def test_a_sample_is_read(line: str, name: str, labels: dict[str, str], value: float, stamp: int | None) -> None:
    sample = read_sample(line, openmetrics=False)
    assert (sample.name, sample.value, sample.timestamp_ms) == (name, value, stamp)
    assert (read_labels(sample.labels) if sample.labels else {}) == labels


@pytest.mark.parametrize(
    "line",
    ["1up 1", "up", "up one", "up 1_0", "up ١", 'a{x="1} 1', 'a{x=1} 1', 'a{x="1"y="2"} 1', 'a{x="1",x="2"} 1',
     "up 1 2 3", "<html>", 'a{"utf8.name"} 1', "up 1 # {} 1", "up 1 1.5"],
)  # fmt: skip
def test_what_is_no_sample_refuses_the_scrape(line: str) -> None:
    with pytest.raises(ExpositionError):
        encoder().encode(f"fine 1\n{line}\n", NOW, openmetrics=False)


def test_openmetrics_has_seconds_exemplars_and_an_end() -> None:
    text = '# TYPE a counter\na_total{x="1"} 5 1700000000.25 # {trace_id="ab"} 0.5 1.0\na_created 3\n# EOF\n'
    assert scraped(text, openmetrics=True) == {
        ("a_total", (("x", "1"),)): [(5.0, 1_700_000_000_250, "sum")],
        ("a_created", ()): [(3.0, NOW // 10**6, "gauge")],
    }
    with pytest.raises(ExpositionError, match="cut off"):
        scraped(text.removesuffix("# EOF\n"), openmetrics=True)


def test_kinds_are_as_declared_or_as_names_say() -> None:
    types = {
        "h": "histogram",
        "s": "summary",
        "g_total": "gauge",
        "c": "counter",
        "gh": "gaugehistogram",
        "u": "untyped",
    }
    cumulative = {name: is_cumulative(name, types) for name in (
        "h_bucket", "h_count", "h_sum", "s", "s_sum", "g_total", "c", "c_total", "gh_bucket", "u", "unheard",
        "other_total",
    )}  # fmt: skip
    assert [name for name, counts in cumulative.items() if counts] == [
        "h_bucket", "h_count", "h_sum", "s_sum", "c", "c_total", "other_total",
    ]  # fmt: skip
    assert read_type("# TYPE a counter") == ("a", "counter")
    assert read_type("# HELP a TYPE b") is None


def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("calls", "Calls.", ["code"], registry=made).labels('2"0\\0').inc(3)
    Gauge("heat", "Line one\nline two.", registry=made).set(float("nan"))
    histogram = Histogram("took", "Time.", ["path"], registry=made, buckets=(0.1, 1))
    for seconds in (0.05, 0.5, 5):
        histogram.labels("/ä").observe(seconds)
    Summary("size", "Bytes.", registry=made).observe(7)
    Info("build", "Build.", registry=made).info({"version": "1"})
    return made


@pytest.mark.parametrize("openmetrics", [False, True])
def test_what_a_real_registry_exposes_arrives_whole(openmetrics: bool) -> None:
    made = registry()
    text = (generate_openmetrics(made) if openmetrics else generate_latest(made)).decode()
    points = scraped(text, openmetrics=openmetrics)
    expected = {
        (sample.name, tuple(sorted((key, value) for key, value in sample.labels.items() if value)))
        for family in text_string_to_metric_families(generate_latest(made).decode())
        for sample in family.samples
    }
    assert set(points) == expected
    assert points["took_bucket", (("le", "+Inf"), ("path", "/ä"))] == [(3.0, NOW // 10**6, "sum")]
    assert points["calls_total", (("code", '2"0\\0'),)] == [(3.0, NOW // 10**6, "sum")]
    assert math.isnan(points["heat", ()][0][0])


def test_series_are_known_again_and_forgotten_when_they_go() -> None:
    one = encoder()
    first = one.encode('a{x="1"} 1\nb 2\n', NOW, openmetrics=False)
    second = one.encode('a{x="1"} 3\nc 2\n', NOW + 1, openmetrics=False)
    assert (first.scraped, first.added, second.scraped, second.added) == (2, 2, 2, 1)
    assert set(decoded(second.metrics)) == {("a", (("x", "1"),)), ("c", ())}
    assert one.encode("b 2\n", NOW + 2, openmetrics=False).added == 1


def test_a_series_with_another_type_is_of_that_type() -> None:
    one = encoder()
    scraped("# TYPE a gauge\na 1\n", by=one)
    assert scraped("# TYPE a counter\na 1\n", by=one) == {("a", ()): [(1.0, NOW // 10**6, "sum")]}


def test_labels_of_the_target_are_not_taken_from_it() -> None:
    points = scraped('a{job="own",exported_job="x",pod="p"} 1\n', by=encoder({"job": "j", "pod": "q"}))
    assert set(points) == {("a", (("exported_exported_job", "own"), ("exported_job", "x"), ("exported_pod", "p")))}


def test_rules_choose_and_rename_series() -> None:
    rules = [
        RelabelConfig(action="drop", source_labels=("__name__",), regex="go_.*"),
        RelabelConfig(action="labeldrop", regex="secret"),
        RelabelConfig(source_labels=("__name__",), regex="old_(.*)", target_label="__name__", replacement="new_$1"),
    ]
    one = encoder({"job": "j"}, *rules)
    text = 'go_threads 1\nold_a{secret="x",kept="y"} 2\n'
    for _ in range(2):
        made = one.encode(text, NOW, openmetrics=False)
        assert (made.scraped, made.kept) == (2, 1)
        assert set(decoded(made.metrics)) == {("new_a", (("kept", "y"),))}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a 1\nb 2\nc 3\nd 4\n", "more than 3 samples"),
        ('a{x="1",y="2",z="3"} 1\n', "more than 2 labels"),
        (f'a{{{"x" * 11}="1"}} 1\n', "longer than 10"),
        (f'a{{x="{"y" * 21}"}} 1\n', "longer than 20"),
    ],
)
def test_a_scrape_over_a_limit_is_refused_whole(text: str, reason: str) -> None:
    with pytest.raises(ExpositionError, match=reason):
        scraped(text, by=encoder(limits=SampleLimits(samples=3, labels=2, name_bytes=10, value_bytes=20)))


def test_many_points_of_one_name_are_metrics_that_the_checks_take() -> None:
    text = "".join(f'a{{x="{number:0150}"}} {number}\n' for number in range(9000))
    made = encoder().encode(text, NOW, openmetrics=False)
    assert len(made.metrics) > 1
    assert max(map(len, made.metrics)) <= METRIC_BYTES + 200
    assert len(decoded(made.metrics)) == 9000


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for openmetrics in (False, True):
        with contextlib.suppress(ExpositionError):
            encoder().encode(text, NOW, openmetrics=openmetrics)


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


NAMES = st.from_regex(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,10}", fullmatch=True)
LABELS = st.dictionaries(
    st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True),
    st.text(st.characters(codec="utf-8"), max_size=20),
    max_size=5,
)


@given(st.lists(st.tuples(NAMES, LABELS, st.floats()), max_size=8))
def test_whatever_is_written_is_read_back(samples: list[tuple[str, dict[str, str], float]]) -> None:
    lines = []
    for name, labels, value in samples:
        written = ",".join(f'{key}="{escaped(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{written}}} {value!r}\n")
    one = encoder()
    for _ in range(2):
        points = scraped("".join(lines), by=one)
        for name, labels, value in samples:
            key = name, tuple(sorted((key, text) for key, text in labels.items() if text))
            assert any(found == value or (math.isnan(found) and math.isnan(value)) for found, _, _ in points[key])
