"""What wires one mesh: the documents to apply, what will arrive because of them, and what applying them needs.

The neutral model between the emitters and those who write, check, compare and apply what they emit.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Content = dict[str, Any] | str
"""An object (a Secret in it is revealed when it is written) or finished text."""


class DocumentKind(StrEnum):
    """What a document is, and with it how it is applied."""

    KUBERNETES = "kubernetes"
    """One object for the Kubernetes API: server-side apply."""
    MESH_CONFIG = "mesh-config"
    """Istio's mesh configuration in part: `meshConfig` of the Helm values of istiod, or the key `mesh` of its
    ConfigMap; lists of named things (extensionProviders) are merged by name."""
    HELM_VALUES = "helm-values"
    """Values for a chart, beside the ones that are there."""
    CONSUL = "consul"
    """One config entry of Consul in JSON: `consul config write`."""
    KUMA = "kuma"
    """One resource of Kuma on machines: `kumactl apply`."""
    ENVOY = "envoy"
    """A bootstrap of a plain Envoy."""
    ENVOY_SECRETS = "envoy-secrets"
    """A file that a plain Envoy reads secrets from, again when it is replaced (SDS)."""
    ENVIRONMENT = "environment"
    """Environment variables, for containers that are told nothing by objects."""
    COLLECTOR = "collector"
    """Configuration of an OpenTelemetry Collector."""
    FLUENT_BIT = "fluent-bit"
    """Configuration of Fluent Bit."""
    POLICY = "policy"
    """Permissions in the language of their system (a Consul ACL policy)."""


class Signal(StrEnum):
    """What a proxy reports."""

    ACCESS_LOGS = "access logs"
    STATS = "stats"
    SPANS = "spans"


class Way(StrEnum):
    """How a signal gets to the hub."""

    PUSHED = "pushed"
    """The proxy sends it."""
    SCRAPED = "scraped"
    """Read from the proxy's Prometheus endpoint."""
    SHIPPED = "shipped"
    """Read from what the proxy prints."""
    IMPOSSIBLE = "impossible"
    """This mesh cannot report it in any way."""
    OFF = "off"
    """The mesh file does not want it."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to apply.

    `path` is relative, unique in its bundle, with forward slashes. `applies_to` says where it goes. `restart` says
    what has to be restarted before it counts; empty: it counts at once. `cluster` is the cluster of the mesh it is
    for; empty: every one.
    """

    name: str
    path: str
    kind: DocumentKind
    content: Content
    applies_to: str
    restart: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whether and how a signal arrives: `what` of the mesh reports it, `how` is the mechanism or the reason it
    cannot."""

    signal: Signal
    what: str
    way: Way
    how: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that wires one mesh. `permissions` are documents too: the least that applying the others needs.

    `served` is what the hub's ADS server sends to proxies by itself: it is shown and checked, and never applied.
    `notes` are sentences on version differences, limits and traps; the most important first.
    """

    mesh: str
    kind: str
    version: str
    documents: tuple[Document, ...]
    arrivals: tuple[Arrival, ...]
    permissions: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    served: tuple[Document, ...] = ()
