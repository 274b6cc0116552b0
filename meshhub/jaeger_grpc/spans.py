"""Spans as Jaeger's protobuf model has them (jaeger.api_v2)."""

from collections.abc import Iterable, Iterator

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from meshhub.jaeger_grpc.idl import jaeger_api_v2_pb2 as v2
from storage.records.spans import Span
from traces.compat.attributes import Attributes, as_text
from traces.compat.model import Trace
from traces.compat.names import service_name
from traces.jaeger.document import event_fields, process_tags, span_tags

CHUNK_SPANS = 200
CHUNK_BYTES = 1024 * 1024
"""Clients take messages of 4 MiB at most; a span is smaller than 2 MiB."""


def chunks(traces: Iterable[Trace]) -> Iterator[v2.SpansResponseChunk]:
    """The spans, trace by trace, in messages that clients take."""
    chunk, size = v2.SpansResponseChunk(), 0
    for trace in traces:
        for span in trace.spans:
            made = show_span(span)
            length = made.ByteSize()
            if chunk.spans and (len(chunk.spans) >= CHUNK_SPANS or size + length > CHUNK_BYTES):
                yield chunk
                chunk, size = v2.SpansResponseChunk(), 0
            chunk.spans.append(made)
            size += length
    if chunk.spans:
        yield chunk


def show_span(span: Span) -> v2.Span:
    """One span, with its process in it."""
    references = [
        v2.SpanRef(trace_id=bytes.fromhex(trace_id), span_id=bytes.fromhex(span_id), ref_type=v2.FOLLOWS_FROM)
        for trace_id, span_id, _ in span.links
    ]
    if span.parent_span_id:
        parent = bytes.fromhex(span.parent_span_id)
        references.insert(0, v2.SpanRef(trace_id=bytes.fromhex(span.trace_id), span_id=parent, ref_type=v2.CHILD_OF))
    return v2.Span(
        trace_id=bytes.fromhex(span.trace_id),
        span_id=bytes.fromhex(span.span_id),
        operation_name=span.name,
        references=references,
        flags=span.flags & 1,
        start_time=_time(span.time_unix_nano),
        duration=Duration(seconds=span.duration_ns // 10**9, nanos=span.duration_ns % 10**9),
        tags=_tags(span_tags(span)),
        logs=[
            v2.Log(timestamp=_time(time), fields=_tags(event_fields(name, attributes)))
            for time, name, attributes in span.events
        ],
        process=v2.Process(
            service_name=service_name(span.service, span.namespace),
            tags=_tags(process_tags(span)),
        ),
    )


def _time(unix_nano: int) -> Timestamp:
    return Timestamp(seconds=unix_nano // 10**9, nanos=unix_nano % 10**9)


def _tags(attributes: Attributes) -> list[v2.KeyValue]:
    return [_tag(key, value) for key, value in attributes]


def _tag(key: str, value: AnyValue) -> v2.KeyValue:
    kind = value.WhichOneof("value")
    if kind == "bool_value":
        return v2.KeyValue(key=key, v_type=v2.BOOL, v_bool=value.bool_value)
    if kind == "int_value":
        return v2.KeyValue(key=key, v_type=v2.INT64, v_int64=value.int_value)
    if kind == "double_value":
        return v2.KeyValue(key=key, v_type=v2.FLOAT64, v_float64=value.double_value)
    if kind == "bytes_value":
        return v2.KeyValue(key=key, v_type=v2.BINARY, v_binary=value.bytes_value)
    return v2.KeyValue(key=key, v_type=v2.STRING, v_str=as_text(value))
