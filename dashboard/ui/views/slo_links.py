"""Ways from an SLO to what its numbers are counted from."""

from alerting.reason.model import Contribution
from alerting.specification.model import Party, Slo
from dashboard.ui.links import Links
from dashboard.ui.state import slos as state
from meshhub.expression.printing import quote

_FIELDS = {
    "route": "route",
    "version": "destination.version",
    "instance": "instance",
    "flags": "flag",
    "details": "details",
}
"""Facets of contributions whose values are those of a field of access logs."""
_PARTIES = {"caller": "source", "callee": "destination", "dependency": "destination"}


def logs(slo: Slo, links: Links, *more: str) -> str:
    """The access logs that the SLO counts, narrowed by more conditions."""
    return links.here("logs", **{**state.OWN, "q": " and ".join((*conditions(slo), *more))})


def failed_logs(slo: Slo, links: Links) -> str:
    """Those of them that are likely to be bad."""
    slow = f"duration >= {slo.indicator.below_us // 1000}ms" if slo.indicator.below_us else ""
    return logs(slo, links, f"(error or {slow})" if slow else "error")


def conditions(slo: Slo) -> tuple[str, ...]:
    """What the access logs that an SLO counts have in common, as parts of an expression."""
    found = [f"reporter = {slo.selector.view.value}"]
    for end, party in (("source", slo.selector.source), ("destination", slo.selector.destination)):
        if party is not None:
            found += _party(end, party)
    if slo.selector.route:
        found.append(f"route = {quote(slo.selector.route)}")
    return tuple(found)


def contribution_logs(slo: Slo, each: Contribution, links: Links) -> str:
    """The access logs of one value of one facet; empty where no expression finds just them."""
    if each.facet in _FIELDS:
        return logs(slo, links, f"{_FIELDS[each.facet]} = {quote(each.value)}")
    if each.facet == "status":
        return logs(slo, links, f"status = {each.value}") if each.value.isdigit() else ""
    if each.facet in ("caller", "callee"):
        return logs(slo, links, *_party(_PARTIES[each.facet], _read(each.value)))
    if each.facet == "dependency" and slo.selector.destination is not None:
        ends = [*_party("source", slo.selector.destination), *_party("destination", _read(each.value))]
        return links.here("logs", **{**state.OWN, "q": " and ".join(("reporter = client", *ends))})
    return ""


def _read(name: str) -> Party:
    namespace, slash, service = name.partition("/")
    return Party(service, namespace) if slash else Party(name)


def _party(end: str, party: Party) -> list[str]:
    return [
        f"{end} = {quote(party.service)}",
        *([f"{end}_namespace = {quote(party.namespace)}"] if party.namespace else []),
        *([f"{end}.cluster = {quote(party.cluster)}"] if party.cluster else []),
    ]
