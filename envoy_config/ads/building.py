"""From a mesh and the certificates on disk to the snapshots of all its proxies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from envoy_config.ads.kinds import Kind
from envoy_config.ads.proxy_resources import STATIC_CLUSTERS, proxy_messages
from envoy_config.ads.resources import Encoder
from envoy_config.ads.secrets import Identity, read_identity, read_trust
from envoy_config.ads.snapshot import Snapshot, make_snapshot
from envoy_config.emit.messages import Message
from envoy_config.intent import Mesh
from envoy_config.planning import plan


@dataclass(frozen=True, slots=True)
class Built:
    """The snapshots by node id, when the certificate of each ends, and what could not be used."""

    snapshots: Mapping[str, Snapshot]
    certificates_end: Mapping[str, datetime]
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Builder:
    """Builds snapshots again and again; what did not change is not encoded again. To be used by one thread at a time.

    Where certificates cannot be read, those read before are served on.
    """

    certificates: Path | None = None
    """Where the certificates are on this machine; None: where the mesh file says."""
    _encoder: Encoder = field(default_factory=Encoder)
    _identities: dict[tuple[Path, str], Identity] = field(default_factory=dict)
    _trust: dict[Path, Message] = field(default_factory=dict)

    def build(self, mesh: Mesh) -> Built:
        """The snapshots of all proxies.

        Raises:
            ValueError: they are not consistent: then none is to be served.
        """
        faults: list[str] = []
        snapshots: dict[str, Snapshot] = {}
        ends: dict[str, datetime] = {}
        trust = self._trusted(mesh, faults)
        identities: dict[tuple[Path, str], Identity | None] = {}
        for proxy in plan(mesh):
            key = (self._local(mesh, proxy.certificate_directory), proxy.spiffe_id)
            if key not in identities:
                identities[key] = self._identity(*key, faults)
            identity = identities[key]
            if identity is None or trust is None:
                continue
            resources = [self._encoder.encode(kind, message) for kind, message in proxy_messages(mesh, proxy)]
            resources += [self._encoder.encode(Kind.SECRET, each) for each in (identity.message(), trust)]
            snapshots[proxy.id] = make_snapshot(proxy.id, proxy.spiffe_id, resources, static_clusters=STATIC_CLUSTERS)
            ends[proxy.id] = identity.ends
        self._encoder.forget_unused()
        return Built(snapshots, ends, tuple(dict.fromkeys(faults)))

    def files(self, mesh: Mesh) -> frozenset[Path]:
        """The files that the snapshots are made of, but the mesh file."""
        directories = {self._local(mesh, proxy.certificate_directory) for proxy in plan(mesh)}
        names = {directory / name for directory in directories for name in ("cert.pem", "key.pem")}
        return frozenset(names | {self._local(mesh, mesh.certificates.ca_file)})

    def _identity(self, directory: Path, spiffe_id: str, faults: list[str]) -> Identity | None:
        key = (directory, spiffe_id)
        try:
            self._identities[key] = read_identity(directory, spiffe_id)
        except ValueError as error:
            faults.append(str(error))
        return self._identities.get(key)

    def _trusted(self, mesh: Mesh, faults: list[str]) -> Message | None:
        path = self._local(mesh, mesh.certificates.ca_file)
        try:
            self._trust[path] = read_trust(path)
        except ValueError as error:
            faults.append(str(error))
        return self._trust.get(path)

    def _local(self, mesh: Mesh, path: str) -> Path:
        """Where a path of the proxies' machines is on this one."""
        if self.certificates is None:
            return Path(path)
        return self.certificates / Path(path).relative_to(mesh.certificates.directory)
