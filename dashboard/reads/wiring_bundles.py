"""What the mesh file of the hub stands for: bundles, what is wrong with them, what applying them would change."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from envoy_config.apply import deployment
from envoy_config.apply.live_diff import compare_live
from envoy_config.apply.model import Outcome, Trouble
from envoy_config.apply.selection import all_documents, for_cluster
from envoy_config.apply.targets import KUBERNETES, ClusterTarget
from envoy_config.bundle import Bundle, Document
from envoy_config.diff import DocumentDiff, compare
from envoy_config.emit import emit, mesh_names
from envoy_config.emit.text import text_of
from envoy_config.history.history import History
from envoy_config.history.model import Applied, AppliedDocument, Deed, Version
from envoy_config.intent import Intent, load_intent
from envoy_config.live.cluster import Cluster, connect
from envoy_config.live.reading import read_cluster
from envoy_config.rules.checking import check
from envoy_config.rules.mesh_files import read_bundle
from envoy_config.rules.model import Finding
from envoy_config.rules.reading import read_text
from envoy_config.settings import WiringSettings
from meshhub.clock import Clock
from meshhub.errors import Fault, NotFound, UnusableRequest

MAX_CHECKED = 4 * 1024 * 1024
GIVEN = "what was given"


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document of a bundle with its text; secrets are stars."""

    document: Document
    text: str
    permission: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What rules found, and what could not be read."""

    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]
    objects: int


@dataclass(frozen=True, slots=True)
class MeshBundle:
    """What one mesh of the mesh file needs.

    `applied` is what was put in force last of it, and `changes` is against that. What the ADS server serves follows the
    mesh file by itself: then there are no changes.
    """

    bundle: Bundle
    documents: tuple[ShownDocument, ...]
    checked: Checked
    applied: Version | None
    changes: tuple[DocumentDiff, ...]


@dataclass(frozen=True, slots=True)
class LiveDiff:
    """What applying would change in the cluster, and what could not be compared."""

    target: str
    changes: tuple[DocumentDiff, ...]
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """What applying did, or would; `version` is None in a dry run. `elsewhere` has to be put elsewhere by hand."""

    target: str
    outcomes: tuple[Outcome, ...]
    elsewhere: tuple[Document, ...]
    version: Version | None


@dataclass(frozen=True, slots=True)
class _Made:
    """What follows from the mesh file alone."""

    bundle: Bundle
    documents: tuple[ShownDocument, ...]
    checked: Checked


class Bundles:
    """The mesh file is read at each question, so that what is shown is what it says now. Thread-safe."""

    def __init__(self, settings: WiringSettings, history: History, clock: Clock) -> None:
        self._settings = settings
        self._history = history
        self._clock = clock
        self._making = threading.Lock()
        self._intent_made: Intent | None = None
        self._made: dict[str, _Made] = {}

    def bundles(self) -> tuple[MeshBundle, ...]:
        """Of every mesh of the file, in its order. Empty where the hub has no mesh file.

        Raises:
            ConfigurationError: the mesh file is wrong, with every fault.
        """
        if self._settings.mesh_file is None:
            return ()
        intent = load_intent(self._settings.mesh_file)
        return tuple(self._as_it_stands(self._made_of(intent, name)) for name in mesh_names(intent))

    def bundle(self, mesh: str) -> MeshBundle:
        """Of one mesh.

        Raises:
            NotFound: the mesh file does not have it, or there is none.
        """
        return self._as_it_stands(self._made_of(self._intent(), mesh))

    def live_diff(self, mesh: str) -> LiveDiff:
        """What applying would change in the cluster.

        Raises:
            UnusableRequest: the hub may not look at a cluster.
            MeshhubError: the cluster does not answer.
        """
        bundle = self._emitted(mesh)
        with self._cluster() as cluster:
            documents, _ = for_cluster(bundle, cluster, self._settings.cluster)
            changes, troubles = compare_live(cluster, documents)
            return LiveDiff(f"{KUBERNETES}{cluster.name}", changes, troubles)

    def check_live(self) -> Checked:
        """What rules find in the cluster; see `live_diff` for errors."""
        with self._cluster() as cluster:
            reading = read_cluster(cluster)
        return Checked(check(reading.objects), reading.faults, len(reading.objects))

    def check_text(self, text: str) -> Checked:
        """What rules find in configuration that is given.

        Raises:
            UnusableRequest: it is too large.
        """
        if len(text) > MAX_CHECKED:
            raise UnusableRequest(f"could not check the configuration: it is longer than {MAX_CHECKED:,} characters")
        reading = read_text(text, GIVEN)
        return Checked(check(reading.objects), reading.faults, len(reading.objects))

    def apply(self, mesh: str, by: deployment.By, *, dry_run: bool, force: bool) -> Application:
        """Put the bundle of a mesh in force in the cluster, or try it.

        Raises:
            UnusableRequest: the hub may not apply.
            Refused: nothing was written, with every reason.
            Interrupted: it failed on the way.
        """
        self._may_apply()
        bundle = self._emitted(mesh)
        with self._cluster() as cluster:
            target = ClusterTarget(cluster, member=self._settings.cluster, force=force)
            documents, elsewhere = target.documents(bundle)
            scope = deployment.scope_of(bundle, target, self._settings.cluster)
            if dry_run:
                outcomes = deployment.preview(target, self._history, scope, documents)
                return Application(target.name, outcomes, elsewhere, None)
            applied = Applied(scope, documents, by.author, by.message)
            done = deployment.deploy(target, self._history, applied, self._clock.now())
            return Application(target.name, done.outcomes, elsewhere, done.version)

    def roll_back(self, version: int, by: deployment.By, *, dry_run: bool, force: bool) -> Application:
        """Bring a version back that was applied to this cluster; errors as for `apply`."""
        self._may_apply()
        applied = deployment.restored(self._history, version, by)
        with self._cluster() as cluster:
            target = ClusterTarget(cluster, member=self._settings.cluster, force=force)
            if applied.scope.target != target.name:
                raise UnusableRequest(
                    f"could not roll back to v{version}: it was applied to {applied.scope.target}, and this hub "
                    f"applies to {target.name}. `meshhub wire rollback` does it from where that can be reached."
                )
            if dry_run:
                outcomes = deployment.preview(target, self._history, applied.scope, applied.documents)
                return Application(target.name, outcomes, (), None)
            done = deployment.deploy(target, self._history, applied, self._clock.now())
            return Application(target.name, done.outcomes, (), done.version)

    def _made_of(self, intent: Intent, mesh: str) -> _Made:
        """Of hundreds of proxies this takes seconds: as long as the mesh file says the same, it is made once."""
        with self._making:
            if intent != self._intent_made:
                self._intent_made, self._made = intent, {}
            if mesh not in self._made:
                self._made[mesh] = self._make(emit(intent, mesh))
            return self._made[mesh]

    def _make(self, bundle: Bundle) -> _Made:
        reading = read_bundle(bundle, str(self._settings.mesh_file))
        shown = [ShownDocument(each, text_of(each), permission=False) for each in bundle.documents]
        shown += [ShownDocument(each, text_of(each), permission=False) for each in bundle.served]
        shown += [ShownDocument(each, text_of(each), permission=True) for each in bundle.permissions]
        checked = Checked(check(reading.objects), reading.faults, len(reading.objects))
        return _Made(bundle, tuple(shown), checked)

    def _as_it_stands(self, made: _Made) -> MeshBundle:
        applied = self._last(made.bundle)
        changes = self._changes(made.bundle, applied) if applied and applied.deed is not Deed.SERVE else ()
        return MeshBundle(made.bundle, made.documents, made.checked, applied, changes)

    def _last(self, bundle: Bundle) -> Version | None:
        found = self._history.in_force(self._clock.now())
        return next(
            (each for each in found if (each.scope.mesh, each.scope.bundle) == (bundle.mesh, bundle.kind)), None
        )

    def _changes(self, bundle: Bundle, applied: Version) -> tuple[DocumentDiff, ...]:
        """Against what was applied; what is merged into an object of the cluster can be compared with it alone."""
        before = self._history.documents(applied.id)
        if not applied.scope.target.startswith(KUBERNETES):
            return compare(before, all_documents(bundle))
        documents, elsewhere = for_cluster(bundle, None, applied.scope.cluster)
        merged = {each.path for each in elsewhere}
        return compare(_without(before, merged), documents)

    def _emitted(self, mesh: str) -> Bundle:
        return emit(self._intent(), mesh)

    def _intent(self) -> Intent:
        if self._settings.mesh_file is None:
            raise NotFound("could not find the mesh: the hub has no mesh file (wiring.mesh_file)")
        return load_intent(self._settings.mesh_file)

    def _may_apply(self) -> None:
        if not self._settings.apply:
            raise UnusableRequest(
                "could not apply: the hub was not told that it may (wiring.apply). `meshhub wire apply` does it from "
                "the command line."
            )

    @contextmanager
    def _cluster(self) -> Iterator[Cluster]:
        if not self._settings.live:
            raise UnusableRequest("could not look at the cluster: the hub was not told that it may (wiring.live)")
        with connect(self._settings.context) as cluster:
            yield cluster


def _without(documents: Sequence[AppliedDocument], names: set[str]) -> list[AppliedDocument]:
    return [each for each in documents if each.name not in names]
