"""What can be set: each package's section, and the few settings that belong to no package."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator

from alerting.settings import AlertingSettings
from collector.settings import CollectorSettings
from dashboard.settings import WebSettings
from envoy_config.ads.settings import AdsSettings
from envoy_config.settings import WiringSettings
from meshhub.access.settings import AccessSettings
from meshhub.configuration import Section
from meshhub.jaeger_grpc.settings import JaegerGrpcSettings
from meshhub.settings.roles import ALL_ROLES, HubRole
from meshhub.telemetry.settings import TelemetrySettings
from storage.settings import StorageSettings
from topology.settings import TopologySettings

EMBEDDED = "embedded"
SERVER_SCHEMES = frozenset({"clickhouse", "clickhouses", "http", "https"})


class Settings(Section):
    """All settings of a hub."""

    # A fault must not repeat what was given: it may be a secret in the wrong place.
    model_config = ConfigDict(hide_input_in_errors=True)

    data_dir: Path = Field(
        default=Path("meshhub-data"), description="Directory of the journal, quarantine and embedded store."
    )
    store: str = Field(
        default=EMBEDDED,
        description='Where telemetry is kept: "embedded", or a ClickHouse server as clickhouse://host[:port] '
        "(clickhouses:// with TLS). A user and password in the URL are taken as `storage.username` and "
        "`storage.password`.",
    )
    roles: tuple[HubRole, ...] = Field(
        default=ALL_ROLES,
        min_length=1,
        description="What this process does: collector, web, alerting, ads. Apart from each other they need a "
        "ClickHouse server (docs/how-to/deploy.md).",
    )
    drain_delay_seconds: float = Field(
        default=0,
        ge=0,
        le=300,
        description="How long a process that is told to stop says that it is not ready before it refuses anything: the "
        "time that those in front of it need to notice. Kubernetes: 5.",
    )
    insecure: bool = Field(
        default=False,
        description="Allow addresses that other machines reach although nothing authenticates their clients.",
    )
    collector: CollectorSettings = CollectorSettings()
    storage: StorageSettings = StorageSettings()
    topology: TopologySettings = TopologySettings()
    alerting: AlertingSettings = AlertingSettings()
    wiring: WiringSettings = WiringSettings()
    ads: AdsSettings = AdsSettings()
    web: WebSettings = WebSettings()
    access: AccessSettings = AccessSettings()
    jaeger_grpc: JaegerGrpcSettings = JaegerGrpcSettings()
    telemetry: TelemetrySettings = TelemetrySettings()

    @property
    def is_embedded(self) -> bool:
        """Whether the engine is in this process."""
        return self.store == EMBEDDED

    def has(self, role: HubRole) -> bool:
        """Whether this process has a role."""
        return role in self.roles

    @field_validator("roles")
    @classmethod
    def _each_once(cls, roles: tuple[HubRole, ...]) -> tuple[HubRole, ...]:
        return tuple(role for role in ALL_ROLES if role in roles)

    @field_validator("store")
    @classmethod
    def _known_store(cls, store: str) -> str:
        if store != EMBEDDED and not _is_server(store):
            raise ValueError(f'expected "{EMBEDDED}" or a URL such as clickhouse://host:8123')
        return store


def _is_server(store: str) -> bool:
    try:
        url = urlsplit(store)
        return url.scheme in SERVER_SCHEMES and bool(url.hostname) and url.port != 0
    except ValueError:  # the host or the port is none
        return False
