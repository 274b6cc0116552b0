"""The messages of Prometheus remote write, v1 and v2 (prometheus/prometheus, prompb: remote.proto, types.proto,
io/prometheus/write/v2/types.proto). Fields that are not kept are not named: exemplars, help of v2.

Every class is made once, in a pool of its own. The outlines leave series encoded, so that they are counted and measured
before they are decoded, and pass on as the very bytes that came.
"""

from functools import cache
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

_PACKAGE = "meshhub.prometheus"

_BYTES: Any = FieldDescriptorProto.TYPE_BYTES
_STRING: Any = FieldDescriptorProto.TYPE_STRING
_DOUBLE: Any = FieldDescriptorProto.TYPE_DOUBLE
_INT64: Any = FieldDescriptorProto.TYPE_INT64
_UINT64: Any = FieldDescriptorProto.TYPE_UINT64
_SINT64: Any = FieldDescriptorProto.TYPE_SINT64
_SINT32: Any = FieldDescriptorProto.TYPE_SINT32
_UINT32: Any = FieldDescriptorProto.TYPE_UINT32

_Field = tuple[str, int, Any, bool]
"""Name, number, type (or the name of a message), whether it is repeated."""

_HISTOGRAM: tuple[_Field, ...] = (
    ("count_int", 1, _UINT64, False),
    ("count_float", 2, _DOUBLE, False),
    ("sum", 3, _DOUBLE, False),
    ("schema", 4, _SINT32, False),
    ("zero_threshold", 5, _DOUBLE, False),
    ("zero_count_int", 6, _UINT64, False),
    ("zero_count_float", 7, _DOUBLE, False),
    ("negative_spans", 8, "Span", True),
    ("negative_deltas", 9, _SINT64, True),
    ("negative_counts", 10, _DOUBLE, True),
    ("positive_spans", 11, "Span", True),
    ("positive_deltas", 12, _SINT64, True),
    ("positive_counts", 13, _DOUBLE, True),
    ("reset_hint", 14, _UINT32, False),
    ("timestamp", 15, _INT64, False),
    ("custom_values", 16, _DOUBLE, True),
)
"""The same in both versions."""

_MESSAGES: dict[str, tuple[_Field, ...]] = {
    "Label": (("name", 1, _STRING, False), ("value", 2, _STRING, False)),
    "Sample": (("value", 1, _DOUBLE, False), ("timestamp", 2, _INT64, False)),
    "Span": (("offset", 1, _SINT32, False), ("length", 2, _UINT32, False)),
    "Histogram": _HISTOGRAM,
    "TimeSeries": (
        ("labels", 1, "Label", True),
        ("samples", 2, "Sample", True),
        ("exemplars", 3, _BYTES, True),
        ("histograms", 4, "Histogram", True),
    ),
    "Metadata": (
        ("type", 1, _UINT32, False),
        ("metric_family_name", 2, _STRING, False),
        ("help", 4, _STRING, False),
        ("unit", 5, _STRING, False),
    ),
    "WriteRequest": (("timeseries", 1, "TimeSeries", True), ("metadata", 3, "Metadata", True)),
    "WriteRequestOutline": (("timeseries", 1, _BYTES, True), ("metadata", 3, _BYTES, True)),
    "SeriesMetadata": (("type", 1, _UINT32, False),),
    "TimeSeriesV2": (
        ("labels_refs", 1, _UINT32, True),
        ("samples", 2, _BYTES, True),
        ("histograms", 3, "Histogram", True),
        ("exemplars", 4, _BYTES, True),
        ("metadata", 5, "SeriesMetadata", False),
    ),
    "RequestV2": (("symbols", 4, _STRING, True), ("timeseries", 5, "TimeSeriesV2", True)),
    "RequestV2Outline": (("symbols", 4, _BYTES, True), ("timeseries", 5, _BYTES, True)),
}


@cache
def message_class(name: str) -> type[Message]:
    """The class of one of the messages."""
    return GetMessageClass(_pool().FindMessageTypeByName(f"{_PACKAGE}.{name}"))


@cache
def _pool() -> DescriptorPool:
    file = FileDescriptorProto(name="meshhub/prometheus.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind, repeated in fields:
            label: Any = FieldDescriptorProto.LABEL_REPEATED if repeated else FieldDescriptorProto.LABEL_OPTIONAL
            if isinstance(kind, str):
                message.field.add(
                    name=field, number=number, label=label, type=FieldDescriptorProto.TYPE_MESSAGE,
                    type_name=f".{_PACKAGE}.{kind}",
                )  # fmt: skip
            else:
                message.field.add(name=field, number=number, label=label, type=kind)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool
