"""Calls that several edges have, where workloads or versions are nodes: each proxy knows its own and not always its
peer's.

A caller reports 12 calls to a service, and three workloads of it 4 each from that caller: these are the same 12. What
is said of less known ends is reduced to what nobody says of better known ones, so that every call is on one edge. Where
the ends are known by different sides (a caller's workloads by the caller, the callee's by the callee), nobody knows
which called which: both edges stay, and no node counts a call twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from meshhub.model import Reporter
from topology.draft import EdgeDraft, GraphDraft, Overlap, Side
from topology.identity import NodeKey
from topology.model import Evidence
from topology.rest import rest_of

UNDER_WAY_REQUESTS, UNDER_WAY_SHARE = 10, 0.05
"""A rest of no more than both is of requests that were under way at the window's ends, and is no edge of its own."""

_BEST_FIRST = (Evidence.ACCESS_LOG, Evidence.STATS, Evidence.SPAN)


def reduce_overlap(draft: GraphDraft) -> None:
    """Take calls off the edges of less known ends that edges of better known ones have too, and edges that have none
    left out of the draft."""
    if not any(_is_part(key) for key in draft.nodes):
        return
    groups: defaultdict[tuple[str, ...], list[EdgeDraft]] = defaultdict(list)
    for edge in draft.edges:
        groups[*_name(edge.source), *_name(edge.destination), edge.family].append(edge)
    emptied: list[EdgeDraft] = []
    for edges in groups.values():
        if len(edges) > 1:
            emptied += _reduce(edges)
    draft.leave_out(emptied)


def _reduce(edges: Sequence[EdgeDraft]) -> list[EdgeDraft]:
    """Reduce the edges between two services; those that have nothing left."""
    claims: list[_Claim] = []
    emptied: list[EdgeDraft] = []
    for evidence in _BEST_FIRST:
        new: list[_Claim] = []
        for edge in edges:
            if edge.measured_by is not evidence:
                continue
            better = [claim for claim in claims if _may_be_same(claim.edge, edge)]
            if not all(_is_better_known(edge, claim.edge) for claim in better):
                # As between services: weaker evidence does not count where there is stronger one.
                emptied.append(edge)
                continue
            for claim in better:
                claim.take_named(edge)
            new += _claims(edge)
        _match(new)
        claims += new
    for claim in claims:
        claim.settle()
    _compare(claims)
    return emptied + [edge for edge in edges if edge.client is None and edge.server is None]


@dataclass(slots=True, eq=False)
class _Claim:
    """What one side says of an edge. `left` is how many of its requests may be on better known edges, `room` how many
    of less known edges may be these: attempts, of which a callee sees each. `found` are on better known edges,
    `crossed` on edges whose other end is known better."""

    edge: EdgeDraft
    side: Side
    left: int
    room: int
    found: int = 0
    crossed: int = 0
    others: list[Side] = field(default_factory=list)
    company: "list[_Claim]" = field(init=False)
    """All that speak of the same calls, with this one."""

    def __post_init__(self) -> None:
        self.company = [self]

    @property
    def is_client(self) -> bool:
        return self.side.reporter is Reporter.CLIENT

    def take(self, other: "_Claim") -> int:
        """How many of this one's requests are the other's, which has them from now on."""
        taken = min(self.left, other.room)
        self.left -= taken
        self.room -= taken
        other.room -= taken
        other.left = max(0, other.left - taken)
        return taken

    def join(self, other: "_Claim") -> None:
        """Both speak of the same calls."""
        if self.company is not other.company:
            self.company += other.company
            for each in other.company:
                each.company = self.company

    def take_named(self, edge: EdgeDraft) -> None:
        """Take what weaker evidence names better."""
        taken = min(self.left, edge.headline.report.requests)
        self.left -= taken
        self.room -= taken
        self.found += taken
        self.others.append(edge.headline)
        if self.side is self.edge.headline:
            named = self.edge.named_by
            named[edge.measured_by] = named.get(edge.measured_by, 0) + taken

    def settle(self) -> None:
        """Leave what is not elsewhere on the edge."""
        if not (self.found or self.crossed):
            return
        if self.left <= min(UNDER_WAY_REQUESTS, UNDER_WAY_SHARE * self.side.report.requests):
            if self.found:
                self.found += self.left
            else:
                self.crossed += self.left
        rest = rest_of(self.side, self.found, self.others) if self.found else self.side
        if self.is_client:
            self.edge.client = rest
        else:
            self.edge.server = rest


def _claims(edge: EdgeDraft) -> list[_Claim]:
    """Those of both sides; what both have on this edge is on it."""
    client = server = None
    if edge.client:
        lost = edge.client.unreached
        reached = edge.client.report.requests - lost
        client = _Claim(edge, edge.client, reached, max(reached, edge.client.report.attempts - lost))
    if edge.server:
        requests = edge.server.report.requests
        server = _Claim(edge, edge.server, requests, requests)
    if client and server:
        served = server.room
        server.left = server.room = max(0, served - client.room)
        client.left, client.room = max(0, client.left - served), max(0, client.room - served)
        client.join(server)
    return [claim for claim in (client, server) if claim]


def _match(claims: Sequence[_Claim]) -> None:
    """Find the calls of each side in what the other says of better known ends; then in what it says of others."""
    clients, servers = [each for each in claims if each.is_client], [each for each in claims if not each.is_client]
    for mine, theirs in ((clients, servers), (servers, clients)):
        for claim in sorted(mine, key=lambda each: -_knowledge(each.edge)):
            for other in theirs:
                if _is_better_known(other.edge, claim.edge):
                    claim.found += claim.take(other)
                    claim.others.append(other.side)
                    claim.join(other)
    for claim in clients:
        for other in servers:
            if _may_be_same(claim.edge, other.edge) and (taken := claim.take(other)):
                _cross(claim, other, taken)
                _cross(other, claim, taken)


def _cross(claim: _Claim, other: _Claim, requests: int) -> None:
    """Count them at the end of the other's edge that is known better, not at this one's."""
    claim.crossed += requests
    claim.join(other)
    if _is_part(other.edge.source) and not _is_part(claim.edge.source):
        claim.edge.counted_at_callers += requests
    else:
        claim.edge.counted_at_callees += requests


def _compare(claims: Iterable[_Claim]) -> None:
    """Have edges with the same calls know what both sides say of all of them."""
    companies = {id(claim.company): claim.company for claim in claims if len(claim.company) > 1}
    for company in companies.values():
        edges = {claim.edge.key: claim.edge for claim in company}
        if len(edges) > 1:
            overlap = Overlap(_sum(company, Reporter.CLIENT), _sum(company, Reporter.SERVER), _part(edges.values()))
            for edge in edges.values():
                edge.overlap = overlap


def _sum(company: Iterable[_Claim], reporter: Reporter) -> Side:
    return Side.of([claim.side.report for claim in company if claim.side.reporter is reporter], reporter)


def _part(edges: Iterable[EdgeDraft]) -> str:
    versions = any(edge.source.version or edge.destination.version for edge in edges)
    return "version" if versions else "workload"


def _name(key: NodeKey) -> tuple[str, ...]:
    return key.sort, key.cluster, key.namespace, key.service


def _is_part(key: NodeKey) -> bool:
    return bool(key.version or key.workload)


def _knowledge(edge: EdgeDraft) -> int:
    return _is_part(edge.source) + _is_part(edge.destination)


def _may_be_same(one: EdgeDraft, other: EdgeDraft) -> bool:
    """Whether edges between the same services can have the same calls: no end is known to be another."""
    ends = ((one.source, other.source), (one.destination, other.destination))
    return all(first == second or not _is_part(first) or not _is_part(second) for first, second in ends)


def _is_better_known(edge: EdgeDraft, than: EdgeDraft) -> bool:
    return (
        _may_be_same(edge, than)
        and all(
            first == second or _is_part(first)
            for first, second in ((edge.source, than.source), (edge.destination, than.destination))
        )
        and edge is not than
    )
