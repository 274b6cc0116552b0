"""tempopb.StreamingQuerier: the search that Kiali asks Tempo for with `use_grpc`. It reads traces over HTTP."""

from collections.abc import Iterator, Mapping

from google.protobuf.json_format import ParseDict

from meshhub.jaeger_grpc.idl import tempo_search_pb2 as tempo
from meshhub.jaeger_grpc.methods import Method
from meshhub.jaeger_grpc.reads import CompatReads
from traces.compat.reading import Pairs
from traces.tempo.answers import show_search
from traces.tempo.queries import read_search

SERVICE = "tempopb.StreamingQuerier"


class StreamingQuerier:
    """The calls of the service, each from a request to its stream of answers."""

    def __init__(self, reads: CompatReads) -> None:
        self._reads = reads

    def methods(self) -> Mapping[str, Method]:
        """The calls by name."""
        return {"Search": Method(tempo.SearchRequest, self.search, streams=True)}

    def search(self, request: tempo.SearchRequest) -> Iterator[tempo.SearchResponse]:
        """All that is found, in one answer."""
        query, fields = read_search(_pairs(request), now_ns=self._reads.now_ns())
        yield ParseDict(show_search(self._reads.search(query), fields), tempo.SearchResponse())


def _pairs(request: tempo.SearchRequest) -> Pairs:
    """The request as the parameters that it is over HTTP; what is not set is none of them."""
    tags = " ".join(f'{key}="{_escaped(value)}"' for key, value in sorted(request.Tags.items()))
    numbers = {
        "start": (request.start, ""),
        "end": (request.end, ""),
        "minDuration": (request.MinDurationMs, "ms"),
        "maxDuration": (request.MaxDurationMs, "ms"),
        "limit": (request.Limit, ""),
        "spss": (request.SpansPerSpanSet, ""),
    }
    given = [(name, f"{number}{unit}") for name, (number, unit) in numbers.items() if number]
    return [("q", request.Query), ("tags", tags), *given]


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
