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
DATABASE = "database"
QUEUE = "queue"
OTHERS = "others"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class NodeKey:
    """What makes a node one: a service of the mesh, a host outside it, or an unknown caller or destination.

    `sort` is one of the constants above. An external node has its host as `service`, a database or queue its address;
    an unknown one has what tells it from others there (a principal), or nothing. `version` and `workload` are
    empty unless those are nodes of their own.

    `id` says the same as one text, readable and safe in URLs: "cluster:namespace:service",
    "cluster:namespace:service:version" or "cluster:namespace:service::workload", "external:host",
    "unknown-caller:principal", "others:cluster:namespace".
    Letters, digits, ".", "_" and "-" stand for themselves, every other byte is "=" and two hex digits.
    """

    sort: str
    cluster: str
    namespace: str
    service: str
    id: str
    version: str = ""
    workload: str = ""

    @classmethod
    def of(
        cls, sort: str, cluster: str, namespace: str, service: str, version: str = "", workload: str = ""
    ) -> "NodeKey":
        """The key of these parts."""
        if sort == SERVICE:
            named = 5 if workload else 4 if version else 3
            parts = (cluster, namespace, service, version, workload)[:named]
            return cls(sort, cluster, namespace, service, ":".join(map(_escape, parts)), version, workload)
        if sort == OTHERS:
            return cls(sort, cluster, namespace, "", f"{sort}:{_escape(cluster)}:{_escape(namespace)}")
        return cls(sort, cluster, namespace, service, f"{sort}:{_escape(service)}")


Name = tuple[str, str, str]
"""Cluster, namespace, service."""

Part = tuple[str, str, str, str, str]
"""A name, and a version and a workload of it, which are empty where those are together."""


class Directory:
    """The workloads whose proxies reported, and what their certificates say."""

    def __init__(self, reports: Iterable[ServiceEdgeReport]) -> None:
        self._reporting: set[Part] = set()
        self._named: dict[Part, NodeKey] = {}
        """Those that a name alone tells: reporting ones, and incomplete names of these."""
        self._services: set[Name] = set()
        self._by_service: dict[str, list[Part]] = defaultdict(list)
        self._by_principal: dict[str, set[Part]] = defaultdict(set)
        self._nodes: dict[tuple[str | Part, ...], NodeKey] = {}
        traced: set[Part] = set()
        for report in reports:
            if report.signal == "span":
                if report.reporter == "server":
                    traced.add(_callee(report))
            elif report.reporter == "server":
                self._learn(_callee(report), report.destination_principals)
            else:
                self._learn(_caller(report), report.source_principals)
        self._learn_traced(traced)

    def reports(self, key: NodeKey) -> bool:
        """Whether the node's own proxy reported."""
        if key.sort != SERVICE:
            return False
        name = key.cluster, key.namespace, key.service
        part = (*name, key.version, key.workload)
        return part in self._reporting if key.version or key.workload else name in self._services

    def find(self, cluster: str, namespace: str, service: str) -> NodeKey:
        """The node of a service that is named like this."""
        return self._node((cluster, namespace, service, "", ""), (), SERVICE)

    def source(self, report: ServiceEdgeReport) -> NodeKey:
        """The node of a report's caller."""
        name = _caller(report)
        if report.source_role.startswith("queue/"):
            return self._node(name, report.source_principals, QUEUE)
        return self._named.get(name) or self._node(name, report.source_principals, UNKNOWN_CALLER)

    def destination(self, report: ServiceEdgeReport) -> NodeKey:
        """The node of a report's callee."""
        name = _callee(report)
        if report.destination_kind == SERVICE:
            return self._named.get(name) or self._node(name, report.destination_principals, UNKNOWN_DESTINATION)
        sort = _SORTS.get(report.destination_kind.partition("/")[0], UNKNOWN_DESTINATION)
        return self._node(name, report.destination_principals, sort)

    def _learn(self, name: Part, principals: Sequence[str]) -> None:
        if not name[2]:
            return
        if name not in self._reporting:
            self._reporting.add(name)
            self._named[name] = NodeKey.of(SERVICE, *name)
            self._services.add(name[:3])
            self._by_service[name[2]].append(name)
        for principal in principals:
            self._by_principal[principal].add(name)

    def _learn_traced(self, names: Iterable[Part]) -> None:
        """What spans of servers say of themselves counts where no proxy reports under a name that fits: callers may
        know less of it."""
        for name in sorted(names):
            if name[2] and not any(_fits(name, known) for known in self._by_service[name[2]]):
                self._by_service[name[2]].append(name)

    def _node(self, name: Part, principals: Sequence[str], fallback: str) -> NodeKey:
        question: tuple[str | Part, ...] = (fallback, name, *principals)
        node = self._nodes.get(question)
        if node is None:
            node = self._nodes[question] = self._find(name, principals, fallback)
        return node

    def _find(self, name: Part, principals: Sequence[str], fallback: str) -> NodeKey:
        if fallback in _SORTS:
            return NodeKey.of(fallback, "", "", name[2])
        if name in self._named:
            return self._named[name]
        fitting = {known for known in self._by_service.get(name[2], ()) if _fits(name, known)}
        if fitting:
            node = self._named[name] = NodeKey.of(SERVICE, *_the_one(fitting, name))
            return node
        certified = {known for principal in principals for known in self._by_principal.get(principal, ())}
        resolved = _the_one({known for known in certified if not name[0] or known[0] == name[0]}, name)
        if resolved[2]:
            return NodeKey.of(SERVICE, *resolved)
        return NodeKey.of(fallback, "", "", principals[0] if principals else "")


def _the_one(fitting: set[Part], name: Part) -> Part:
    """The one that fits, or the service that all that do are of; the name as it is, if there is none."""
    if len(fitting) == 1:
        return next(iter(fitting))
    services = {known[:3] for known in fitting}
    return (*services.pop(), "", "") if len(services) == 1 else name


_SORTS = {EXTERNAL: EXTERNAL, DATABASE: DATABASE, QUEUE: QUEUE}
"""Kinds of destinations outside the mesh, which are known by address."""


def _caller(report: ServiceEdgeReport) -> Part:
    return (
        report.source_cluster,
        report.source_namespace,
        report.source_service,
        report.source_version,
        report.source_workload,
    )


def _callee(report: ServiceEdgeReport) -> Part:
    return (
        report.destination_cluster,
        report.destination_namespace,
        report.destination_service,
        report.destination_version,
        report.destination_workload,
    )


def _fits(name: Part, known: Part) -> bool:
    return all(not name[part] or name[part] == known[part] for part in (0, 1, 3, 4))


def _escape(text: str) -> str:
    return _UNSAFE.sub(lambda match: "".join(f"={byte:02X}" for byte in match[0].encode()), text)
