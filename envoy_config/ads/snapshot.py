"""All resources of one proxy at one moment: immutable, and consistent in itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from envoy_config.ads.kinds import Kind
from envoy_config.ads.resources import Resource, digest

NOTHING: Mapping[str, Resource] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a node gets. `spiffe_id` is the identity that its certificate must have; `version` stands for all of it."""

    node: str
    spiffe_id: str
    resources: Mapping[Kind, Mapping[str, Resource]]
    version: str = field(compare=False)

    def of(self, kind: Kind) -> Mapping[str, Resource]:
        """The resources of a kind, by name."""
        return self.resources.get(kind, NOTHING)


def make_snapshot(
    node: str, spiffe_id: str, resources: Iterable[Resource], *, static_clusters: Iterable[str] = ()
) -> Snapshot:
    """Put a snapshot together.

    Args:
        node: the node's id.
        spiffe_id: its identity.
        resources: all of them, in any order.
        static_clusters: the names of clusters that the node has from its bootstrap.

    Raises:
        ValueError: two resources of a kind have one name, or one names what is not there; with all such faults.
    """
    faults = []
    found: dict[Kind, dict[str, Resource]] = {kind: {} for kind in Kind}
    for each in resources:
        if each.name in found[each.kind]:
            faults.append(f"the {each.kind.api} resource {each.name} is there twice")
        found[each.kind][each.name] = each
    known = {(kind, name) for kind, named in found.items() for name in named}
    known |= {(Kind.CLUSTER, name) for name in static_clusters}
    for named in found.values():
        for each in named.values():
            missing = sorted(each.references - known, key=lambda reference: (reference[0].api, reference[1]))
            faults += [
                f"the {each.kind.api} resource {each.name} names {k.api} {n}, which is not there" for k, n in missing
            ]
    if faults:
        raise ValueError("; ".join(faults))
    frozen = {kind: MappingProxyType(dict(sorted(named.items()))) for kind, named in found.items()}
    return Snapshot(
        node, spiffe_id, MappingProxyType(frozen), version_of(r for n in frozen.values() for r in n.values())
    )


def version_of(resources: Iterable[Resource]) -> str:
    """One version for several resources: the same for the same names and contents."""
    return digest("\n".join(f"{each.kind.api} {each.name} {each.version}" for each in resources).encode())
