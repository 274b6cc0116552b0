"""Builders of what Prometheus sends: remote-write requests of both versions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cramjam

from collector.checks.prometheus_messages import message_class

V1_HEADERS = {
    "content-type": "application/x-protobuf",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "0.1.0",
}
V2_HEADERS = {
    "content-type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "content-encoding": "snappy",
    "x-prometheus-remote-write-version": "2.0.0",
}

Series = tuple[Mapping[str, str], Sequence[tuple[float, int]]]
"""Labels, and values with their times in milliseconds."""


def write_request(series: Iterable[Series]) -> Any:
    """A prometheus.WriteRequest."""
    request: Any = message_class("WriteRequest")()
    for labels, samples in series:
        made = request.timeseries.add()
        for name, text in sorted(labels.items()):
            made.labels.add(name=name, value=text)
        for value, time in samples:
            made.samples.add(value=value, timestamp=time)
    return request


def write_request_v2(series: Iterable[Series], *, kind: int = 0) -> Any:
    """An io.prometheus.write.v2.Request; all series of one type."""
    request: Any = message_class("RequestV2")()
    symbols = {"": 0}
    for labels, samples in series:
        made = request.timeseries.add()
        for text in (text for label in sorted(labels.items()) for text in label):
            made.labels_refs.append(symbols.setdefault(text, len(symbols)))
        sample_class: Any = message_class("Sample")
        made.samples.extend(sample_class(value=value, timestamp=time).SerializeToString() for value, time in samples)
        made.metadata.type = kind
    request.symbols.extend(symbols)
    return request


def compressed(request: Any) -> bytes:
    """A request as it is sent."""
    return bytes(cramjam.snappy.compress_raw(request.SerializeToString()))
