"""jaeger.api_v2.QueryService: what Kiali calls by default."""

from collections.abc import Iterator, Mapping

from meshhub.errors import NotFound
from meshhub.jaeger_grpc.idl import jaeger_api_v2_pb2 as v2
from meshhub.jaeger_grpc.methods import Method, NotSupported
from meshhub.jaeger_grpc.queries import read_id, read_search, read_window
from meshhub.jaeger_grpc.reads import CompatReads
from meshhub.jaeger_grpc.spans import chunks
from traces.compat.model import QueryFault
from traces.jaeger.document import kind_of

SERVICE = "jaeger.api_v2.QueryService"


class QueryServiceV2:
    """The calls of the service, each from a request to its answer or its stream of answers."""

    def __init__(self, reads: CompatReads) -> None:
        self._reads = reads

    def methods(self) -> Mapping[str, Method]:
        """The calls by name."""
        return {
            "GetTrace": Method(v2.GetTraceRequest, self.get_trace, streams=True),
            "ArchiveTrace": Method(v2.ArchiveTraceRequest, self.archive_trace),
            "FindTraces": Method(v2.FindTracesRequest, self.find_traces, streams=True),
            "GetServices": Method(v2.GetServicesRequest, self.get_services),
            "GetOperations": Method(v2.GetOperationsRequest, self.get_operations),
            "GetDependencies": Method(v2.GetDependenciesRequest, self.get_dependencies),
        }

    def get_trace(self, request: v2.GetTraceRequest) -> Iterator[v2.SpansResponseChunk]:
        found = self._reads.traces([read_id(request.trace_id)])
        if not found:
            raise NotFound("trace not found")
        return chunks(found)

    def archive_trace(self, request: v2.ArchiveTraceRequest) -> v2.ArchiveTraceResponse:
        read_id(request.trace_id)
        raise NotSupported("archive storage was not configured: this hub has none")

    def find_traces(self, request: v2.FindTracesRequest) -> Iterator[v2.SpansResponseChunk]:
        if not request.HasField("query"):
            raise QueryFault("missing query")
        query = read_search(request.query, request.query.tags, now_ns=self._reads.now_ns())
        return chunks(self._reads.search(query))

    def get_services(self, _request: v2.GetServicesRequest) -> v2.GetServicesResponse:
        return v2.GetServicesResponse(services=self._reads.services())

    def get_operations(self, request: v2.GetOperationsRequest) -> v2.GetOperationsResponse:
        found = self._reads.operations(request.service, request.span_kind)
        return v2.GetOperationsResponse(
            operationNames=sorted({each.name for each in found}),
            operations=[v2.Operation(name=each.name, span_kind=kind_of(each.kind)) for each in found],
        )

    def get_dependencies(self, request: v2.GetDependenciesRequest) -> v2.GetDependenciesResponse:
        start, end = read_window(request.start_time, request.end_time, now_ns=self._reads.now_ns())
        return v2.GetDependenciesResponse(
            dependencies=[
                v2.DependencyLink(parent=each.parent, child=each.child, call_count=each.calls)
                for each in self._reads.dependencies(start, end)
            ]
        )
