"""Who stands at the ends of an edge: completes what one side knew of its peer by what the peers say of themselves.

A caller's proxy does not know its callee's cluster, a callee's proxy knows its caller by certificate only. Every proxy
knows itself. So an incomplete name stands for the one reporting workload that it fits; where several fit, or none, it
stays as it is: unknown parts are shown as unknown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.records.edges import ServiceEdgeReport

SERVICE = "service"
EXTERNAL = "external"
UNKNOWN_CALLER = "unknown-caller"
UNKNOWN_DESTINATION = "unknown-destination"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class NodeKey:
    """What makes a node one: a service of the mesh, a host outside it, or an unknown caller or destination.

    `sort` is one of the constants above. An external node has its host as `service`; an unknown one has what tells it
    from others there (a principal), or nothing.

    `id` says the same as one text, readable and safe in URLs: "cluster:namespace:service", "external:host" or
    "unknown-caller:principal". Letters, digits, ".", "_" and "-" stand for themselves, every other byte is "=" and two
    hex digits.
    """

    sort: str
    cluster: str
    namespace: str
    service: str
    id: str

    @classmethod
    def of(cls, sort: str, cluster: str, namespace: str, service: str) -> "NodeKey":
        """The key of these parts."""
        if sort == SERVICE:
            return cls(sort, cluster, namespace, service, ":".join(map(_escape, (cluster, namespace, service))))
        return cls(sort, cluster, namespace, service, f"{sort}:{_escape(service)}")


Name = tuple[str, str, str]
"""Cluster, namespace, service."""


class Directory:
    """The workloads whose proxies reported, and what their certificates say."""

    def __init__(self, reports: Iterable[ServiceEdgeReport]) -> None:
        self._reporting: set[Name] = set()
        self._by_service: dict[str, list[Name]] = defaultdict(list)
        self._by_principal: dict[str, set[Name]] = defaultdict(set)
        self._nodes: dict[tuple[str, Name, tuple[str, ...]], NodeKey] = {}
        for report in reports:
            if report.reporter == "server":
                name = report.destination_cluster, report.destination_namespace, report.destination_service
                self._learn(name, report.destination_principals)
            elif report.signal == "access_log":
                name = report.source_cluster, report.source_namespace, report.source_service
                self._learn(name, report.source_principals)

    def reports(self, key: NodeKey) -> bool:
        """Whether the node's own proxy reported."""
        return key.sort == SERVICE and (key.cluster, key.namespace, key.service) in self._reporting

    def source(self, report: ServiceEdgeReport) -> NodeKey:
        """The node of a report's caller."""
        name = report.source_cluster, report.source_namespace, report.source_service
        return self._node(name, report.source_principals, UNKNOWN_CALLER)

    def destination(self, report: ServiceEdgeReport) -> NodeKey:
        """The node of a report's callee."""
        name = report.destination_cluster, report.destination_namespace, report.destination_service
        sort = EXTERNAL if report.destination_kind == EXTERNAL else UNKNOWN_DESTINATION
        return self._node(name, report.destination_principals, sort)

    def _learn(self, name: Name, principals: Sequence[str]) -> None:
        if not name[2]:
            return
        if name not in self._reporting:
            self._reporting.add(name)
            self._by_service[name[2]].append(name)
        for principal in principals:
            self._by_principal[principal].add(name)

    def _node(self, name: Name, principals: Sequence[str], fallback: str) -> NodeKey:
        question = fallback, name, tuple(principals)
        node = self._nodes.get(question)
        if node is None:
            node = self._nodes[question] = self._find(name, principals, fallback)
        return node

    def _find(self, name: Name, principals: Sequence[str], fallback: str) -> NodeKey:
        if fallback == EXTERNAL:
            return NodeKey.of(EXTERNAL, "", "", name[2])
        resolved = self._resolve(name, principals)
        if resolved[2]:
            return NodeKey.of(SERVICE, *resolved)
        return NodeKey.of(fallback, "", "", principals[0] if principals else "")

    def _resolve(self, name: Name, principals: Sequence[str]) -> Name:
        if name in self._reporting:
            return name
        fitting = [known for known in self._by_service.get(name[2], ()) if _fits(name, known)]
        if not fitting:
            certified = {known for principal in principals for known in self._by_principal.get(principal, ())}
            fitting = [known for known in certified if not name[0] or known[0] == name[0]]
        return fitting[0] if len(fitting) == 1 else name


def _fits(name: Name, known: Name) -> bool:
    return (not name[0] or name[0] == known[0]) and (not name[1] or name[1] == known[1])


def _escape(text: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"={byte:02X}" for byte in match[0].encode()), text)
