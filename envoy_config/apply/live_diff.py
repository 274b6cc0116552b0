"""What applying would change in a cluster, by the cluster's own dry run."""

from collections.abc import Sequence

from envoy_config.apply.model import Trouble
from envoy_config.apply.objects import parts_of
from envoy_config.diff import DocumentDiff, compare_texts
from envoy_config.diff.documents import as_yaml
from envoy_config.history.model import AppliedDocument
from envoy_config.live.cleaning import cleaned
from envoy_config.live.cluster import Cluster
from envoy_config.live.faults import ApiFault


def compare_live(
    cluster: Cluster, documents: Sequence[AppliedDocument]
) -> tuple[tuple[DocumentDiff, ...], tuple[Trouble, ...]]:
    """What is there against what would be after applying, object by object, and what could not be tried.

    Defaults of the server and fields of others are on both sides, so they are no difference. Secrets are not shown.

    Raises:
        Refused: a document is no Kubernetes object.
    """
    secret = {each.name for each in documents if each.secret}
    found: list[DocumentDiff] = []
    troubles: list[Trouble] = []
    for part in parts_of(documents, f"kubernetes {cluster.name}"):
        try:
            before = cluster.get(part.content)
            after = cluster.apply(part.content, force=True, dry_run=True) if before else part.content
        except ApiFault as fault:
            troubles.append(Trouble(part.name, str(fault)))
            continue
        old = as_yaml([cleaned(before)]) if before else None
        diff = compare_texts(part.name, old, as_yaml([cleaned(after)]))
        hidden = part.document in secret or part.kind == "Secret"
        found.append(DocumentDiff(diff.name, diff.presence, secret=True) if hidden else diff)
    return tuple(found), tuple(troubles)
