"""jaeger.api_v3.QueryService: traces as OTLP."""

from collections.abc import Iterable, Iterator, Mapping

from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from meshhub.errors import NotFound
from meshhub.jaeger_grpc.idl import jaeger_api_v3_pb2 as v3
from meshhub.jaeger_grpc.methods import Method
from meshhub.jaeger_grpc.queries import read_search, read_window
from meshhub.jaeger_grpc.reads import CompatReads
from storage.records.compat import TraceOutline
from traces.compat.model import QueryFault, Trace, TraceQuery
from traces.compat.otlp import to_otlp
from traces.compat.reading import read_trace_id
from traces.jaeger.document import kind_of

SERVICE = "jaeger.api_v3.QueryService"
CHUNK_SPANS = 1_000
CHUNK_SUMMARIES = 100


class QueryServiceV3:
    """The calls of the service, each from a request to its answer or its stream of answers."""

    def __init__(self, reads: CompatReads) -> None:
        self._reads = reads

    def methods(self) -> Mapping[str, Method]:
        """The calls by name."""
        return {
            "GetTrace": Method(v3.GetTraceRequest, self.get_trace, streams=True),
            "FindTraces": Method(v3.FindTracesRequest, self.find_traces, streams=True),
            "GetServices": Method(v3.GetServicesRequest, self.get_services),
            "GetOperations": Method(v3.GetOperationsRequest, self.get_operations),
            "GetDependencies": Method(v3.GetDependenciesRequest, self.get_dependencies),
            "FindTraceSummaries": Method(v3.FindTraceSummariesRequest, self.find_trace_summaries, streams=True),
        }

    def get_trace(self, request: v3.GetTraceRequest) -> Iterator[TracesData]:
        found = self._reads.traces([read_trace_id(request.trace_id)])
        if not found:
            raise NotFound("trace not found")
        return _chunks(found)

    def find_traces(self, request: v3.FindTracesRequest) -> Iterator[TracesData]:
        return _chunks(self._reads.search(self._query(request)))

    def find_trace_summaries(self, request: v3.FindTraceSummariesRequest) -> Iterator[v3.FindTraceSummariesResponse]:
        outlines = self._reads.outlines(self._query(request))
        for first in range(0, len(outlines), CHUNK_SUMMARIES):
            some = outlines[first : first + CHUNK_SUMMARIES]
            yield v3.FindTraceSummariesResponse(summaries=[_summary(outline) for outline in some])

    def get_services(self, _request: v3.GetServicesRequest) -> v3.GetServicesResponse:
        return v3.GetServicesResponse(services=self._reads.services())

    def get_operations(self, request: v3.GetOperationsRequest) -> v3.GetOperationsResponse:
        found = self._reads.operations(request.service, request.span_kind)
        shown = [v3.Operation(name=each.name, span_kind=kind_of(each.kind) or "internal") for each in found]
        return v3.GetOperationsResponse(operations=shown)

    def get_dependencies(self, request: v3.GetDependenciesRequest) -> v3.DependenciesResponse:
        start, end = read_window(request.start_time, request.end_time, now_ns=self._reads.now_ns())
        found = self._reads.dependencies(start, end)
        shown = [v3.Dependency(parent=each.parent, child=each.child, call_count=each.calls) for each in found]
        return v3.DependenciesResponse(dependencies=shown)

    def _query(self, request: v3.FindTracesRequest | v3.FindTraceSummariesRequest) -> TraceQuery:
        if not request.HasField("query"):
            raise QueryFault("missing query")
        if request.query.filter:
            raise QueryFault("could not use the query: this hub does not support filter; use attributes")
        return read_search(request.query, request.query.attributes, now_ns=self._reads.now_ns())


def _chunks(traces: Iterable[Trace]) -> Iterator[TracesData]:
    """Each trace by itself, a large one in parts."""
    for trace in traces:
        for first in range(0, len(trace.spans), CHUNK_SPANS):
            yield to_otlp([Trace(trace.trace_id, trace.spans[first : first + CHUNK_SPANS])])


def _summary(outline: TraceOutline) -> v3.TraceSummary:
    return v3.TraceSummary(
        trace_id=outline.trace_id,
        root_service_name=outline.root_service,
        root_operation_name=outline.root_name,
        min_start_time_unix_nano=max(outline.start_unix_nano, 0),
        max_end_time_unix_nano=max(outline.end_unix_nano, 0),
        span_count=outline.spans,
        error_span_count=outline.failed,
        orphan_span_count=outline.orphans,
        services=[
            v3.ServiceSummary(name=name, span_count=spans, error_span_count=failed)
            for name, spans, failed in outline.services
        ],
    )
