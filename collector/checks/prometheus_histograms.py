"""Native histograms of Prometheus as OTLP: exponential ones, and those with bounds of their own (schema -53).

(prometheus/prometheus, prompb/types.proto; opentelemetry-specification, compatibility/prometheus_and_openmetrics.)
Index i of Prometheus is the bucket (base^(i-1), base^i], of OTLP (base^i, base^(i+1)]: one less.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_CUMULATIVE

NAME = "__name__"
CUSTOM_BOUNDS = -53
SCALES = range(-4, 9)
MAX_BUCKETS = 2048
STALE = b"\x02\x00\x00\x00\x00\x00\xf0\x7f"
MILLION = 1_000_000

_RESOURCE = {
    "job": "job",
    "instance": "instance",
    "service.name": "service",
    "service.namespace": "namespace",
    "service.version": "version",
    "service.instance.id": "pod",
    "k8s.cluster.name": "cluster",
}


def histograms_request(
    series: Iterable[tuple[Mapping[str, str], Sequence[Any]]], limit: int
) -> tuple[bytes, int, Counter[str]]:
    """The encoded ExportMetricsServiceRequest of some series with native histograms, the number of histograms in it,
    and what was wrong with others. Empty if there are none. Stale markers are left out and no fault."""
    request = ExportMetricsServiceRequest()
    faults: Counter[str] = Counter()
    count = 0
    for labels, histograms in series:
        resource = request.resource_metrics.add()
        resource.resource.attributes.extend(_attributes(_identity(labels)))
        metric = resource.scope_metrics.add().metrics.add(name=labels.get(NAME, ""))
        attributes = _attributes({name: value for name, value in labels.items() if name != NAME})
        for histogram in histograms:
            try:
                _add(metric, histogram, attributes)
            except ValueError as error:
                faults[str(error)] += 1
            else:
                count += 1
                if count > limit:
                    faults[f"more than {limit} histograms"] += 1
                    return b"", 0, faults
    return request.SerializeToString() if count else b"", count, faults


def _identity(labels: Mapping[str, str]) -> dict[str, str]:
    said = {attribute: labels.get(label, "") for attribute, label in _RESOURCE.items()}
    said["service.name"] = said["service.name"] or said["job"]
    said["service.instance.id"] = said["service.instance.id"] or said["instance"]
    return {name: value for name, value in said.items() if value}


def _add(metric: Any, histogram: Any, attributes: list[KeyValue]) -> None:
    if histogram.schema == CUSTOM_BOUNDS:
        data = metric.histogram
        counts = _buckets(histogram.positive_spans, histogram.positive_deltas, histogram.positive_counts)[1]
        bounds = list(histogram.custom_values)
        offset = histogram.positive_spans[0].offset if histogram.positive_spans else 0
        counts = ([0] * min(max(offset, 0), MAX_BUCKETS)) + counts
        if len(counts) > len(bounds) + 1:
            raise ValueError("a histogram has more buckets than bounds")
        point = data.data_points.add(
            bucket_counts=counts + [0] * (len(bounds) + 1 - len(counts)), explicit_bounds=bounds
        )
    elif histogram.schema in SCALES:
        data = metric.exponential_histogram
        positive = _buckets(histogram.positive_spans, histogram.positive_deltas, histogram.positive_counts)
        negative = _buckets(histogram.negative_spans, histogram.negative_deltas, histogram.negative_counts)
        point = data.data_points.add(scale=histogram.schema, zero_threshold=histogram.zero_threshold)
        point.zero_count = histogram.zero_count_int or round(histogram.zero_count_float)
        point.positive.offset, point.negative.offset = positive[0] - 1, negative[0] - 1
        point.positive.bucket_counts.extend(positive[1])
        point.negative.bucket_counts.extend(negative[1])
    else:
        raise ValueError(f"the schema {histogram.schema} of a histogram is not known")
    data.aggregation_temporality = AGGREGATION_TEMPORALITY_CUMULATIVE
    point.count = histogram.count_int or round(histogram.count_float)
    point.sum = histogram.sum
    point.time_unix_nano = min(max(histogram.timestamp, 0), 2**63 // MILLION - 1) * MILLION
    point.attributes.extend(attributes)


def _buckets(spans: Sequence[Any], deltas: Sequence[int], counts: Sequence[float]) -> tuple[int, list[int]]:
    """The index of the first bucket and the counts from there on, with zeros in the gaps.

    Raises:
        ValueError: they do not fit together, or are too many.
    """
    absolute = [round(count) for count in counts]
    running = 0
    for delta in deltas:
        running += delta
        absolute.append(running)
    found: list[int] = []
    taken = 0
    for number, span in enumerate(spans):
        if number:
            if span.offset < 0 or len(found) + span.offset > MAX_BUCKETS:
                raise ValueError(f"a histogram has more than {MAX_BUCKETS} buckets")
            found += [0] * span.offset
        if span.length > len(absolute) - taken or len(found) + span.length > MAX_BUCKETS:
            raise ValueError("the spans of a histogram do not fit its buckets")
        found += absolute[taken : taken + span.length]
        taken += span.length
    if taken != len(absolute) or any(not 0 <= count < 2**64 for count in found):
        raise ValueError("the buckets of a histogram do not fit its spans")
    return (spans[0].offset if spans else 0), found


def _attributes(labels: Mapping[str, str]) -> list[KeyValue]:
    return [KeyValue(key=name, value=AnyValue(string_value=value)) for name, value in labels.items()]
