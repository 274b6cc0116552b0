"""By which names reports speak of a node: peers know it less well than it knows itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from storage.records.edges import ServiceEdgeReport
from topology.identity import EXTERNAL, Directory, Name

Destination = tuple[int, str, str, str]
"""1 for a host outside the mesh, else 0; then cluster, namespace, service."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """The names of one node as the caller and as the callee of a report, sorted."""

    sources: tuple[Name, ...] = ()
    destinations: tuple[Destination, ...] = ()


def spellings(reports: Iterable[ServiceEdgeReport]) -> dict[str, Spellings]:
    """The names of every node by its id. Reports that do not name a side leave it out: nothing can be asked by it."""
    read = list(reports)
    directory = Directory(read)
    sources: defaultdict[str, set[Name]] = defaultdict(set)
    destinations: defaultdict[str, set[Destination]] = defaultdict(set)
    for report in read:
        caller, callee = directory.source(report).id, directory.destination(report).id
        if report.source_service:
            sources[caller].add((report.source_cluster, report.source_namespace, report.source_service))
        if report.destination_service:
            outside = int(report.destination_kind == EXTERNAL)
            name = report.destination_cluster, report.destination_namespace, report.destination_service
            destinations[callee].add((outside, *name))
    return {
        node: Spellings(tuple(sorted(sources[node])), tuple(sorted(destinations[node])))
        for node in {*sources, *destinations}
    }
