"""Where configuration can be put: a Kubernetes cluster, or a directory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from envoy_config.apply import directory as files
from envoy_config.apply import kubernetes, selection
from envoy_config.apply.model import Outcome
from envoy_config.bundle import Bundle, Document
from envoy_config.history.model import AppliedDocument
from envoy_config.live.cluster import Cluster

KUBERNETES, DIRECTORY = "kubernetes ", "directory "

Documents = Sequence[AppliedDocument]


class Target(Protocol):
    """Where documents go. Both methods raise Refused before anything is written, `carry_out` Interrupted after."""

    @property
    def name(self) -> str: ...

    def documents(self, bundle: Bundle) -> tuple[tuple[AppliedDocument, ...], tuple[Document, ...]]:
        """Those of a bundle that go there, and those that have to go elsewhere."""
        ...

    def remaining(self, bundle: Bundle) -> tuple[AppliedDocument, ...]:
        """What has to be there when a bundle is taken away: things of others that it was merged into."""
        ...

    def plan(self, documents: Documents, former: Documents) -> tuple[Outcome, ...]:
        """What would be done; `former` is what was applied before."""
        ...

    def carry_out(self, documents: Documents, former: Documents) -> tuple[Outcome, ...]:
        """Do it, all or nothing."""
        ...


class ClusterTarget:
    """A Kubernetes cluster; `member` is its name in the mesh file, `force` takes fields of others."""

    def __init__(self, cluster: Cluster, *, member: str = "", force: bool = False) -> None:
        self._cluster = cluster
        self._member = member
        self._force = force

    @property
    def name(self) -> str:
        return f"{KUBERNETES}{self._cluster.name}"

    def documents(self, bundle: Bundle) -> tuple[tuple[AppliedDocument, ...], tuple[Document, ...]]:
        return selection.for_cluster(bundle, self._cluster, self._member)

    def remaining(self, bundle: Bundle) -> tuple[AppliedDocument, ...]:
        return selection.remaining(bundle, self._cluster, self._member)

    def plan(self, documents: Documents, former: Documents) -> tuple[Outcome, ...]:
        return kubernetes.plan(self._cluster, documents, former, force=self._force).outcomes

    def carry_out(self, documents: Documents, former: Documents) -> tuple[Outcome, ...]:
        planned = kubernetes.plan(self._cluster, documents, former, force=self._force)
        return kubernetes.carry_out(self._cluster, planned)


class DirectoryTarget:
    """A directory of plain files."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    @property
    def name(self) -> str:
        return f"{DIRECTORY}{self._path}"

    def documents(self, bundle: Bundle) -> tuple[tuple[AppliedDocument, ...], tuple[Document, ...]]:
        return selection.all_documents(bundle), ()

    def remaining(self, bundle: Bundle) -> tuple[AppliedDocument, ...]:  # noqa: ARG002 - nothing is merged in files
        return ()

    def plan(self, documents: Documents, former: Documents) -> tuple[Outcome, ...]:
        return files.plan(self._path, documents, former)

    def carry_out(self, documents: Documents, former: Documents) -> tuple[Outcome, ...]:
        return files.carry_out(self._path, documents, former)
