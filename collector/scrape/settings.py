"""The settings of scraping (`collector.scrape`). Names as Prometheus has them where it has the same thing."""

from pathlib import Path
from typing import Literal, Self

from pydantic import ByteSize, Field, field_validator, model_validator

from collector.scrape.presets import PRESETS
from collector.scrape.relabel import DEFAULT_REGEX, LABEL_NAME, Action, RelabelConfig, Rule, compile_rule
from meshhub.configuration import Section
from meshhub.secret import Secret

PresetName = Literal["linkerd", "istio", "ztunnel", "envoy", "kuma", "consul", "osm", "appmesh"]


class RelabelSettings(Section):
    """One rule that chooses targets or series, or rewrites their labels, as Prometheus' relabel_config."""

    action: Action = Field(default="replace", description="What the rule does.")
    source_labels: tuple[str, ...] = Field(default=(), description="Labels whose values are joined and matched.")
    separator: str = Field(default=";", description="What stands between the joined values.")
    regex: str = Field(default=DEFAULT_REGEX, description="Expression that matches the whole of it.")
    target_label: str = Field(default="", description="Label that is written.")
    replacement: str = Field(default="$1", description="Value that is written; $1 is the first group.")
    modulus: int = Field(default=0, ge=0, description="Of hashmod.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        self.compile()
        return self

    def compile(self) -> Rule:
        """The rule as a function."""
        return compile_rule(RelabelConfig(**{name: getattr(self, name) for name in type(self).model_fields}))


class ClientSettings(Section):
    """How the hub identifies itself to what it asks, and what it trusts."""

    bearer_token: Secret | None = Field(default=None, description="Token sent as Authorization: Bearer.")
    username: str = Field(default="", description="User of HTTP basic authentication.")
    password: Secret | None = Field(default=None, description="Password of HTTP basic authentication.")
    ca_file: Path | None = Field(default=None, description="Authorities that the server must come from, PEM.")
    cert_file: Path | None = Field(default=None, description="The hub's client certificate, PEM.")
    key_file: Path | None = Field(default=None, description="The private key of the client certificate, PEM.")
    server_name: str = Field(default="", description="Name that the server's certificate must have, if another.")
    insecure_skip_verify: bool = Field(default=False, description="Trust any certificate.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("give both cert_file and key_file, or neither")
        if self.bearer_token is not None and self.username:
            raise ValueError("give bearer_token or username, not both")
        return self


class StaticSettings(Section):
    """Targets that are written down."""

    targets: tuple[str, ...] = Field(description="Addresses, host:port.")
    labels: dict[str, str] = Field(default={}, description="Labels of all of them.")

    @field_validator("labels")
    @classmethod
    def _named(cls, labels: dict[str, str]) -> dict[str, str]:
        return _checked_labels(labels)


class FileSettings(Section):
    """Targets in files of Prometheus' file_sd format, YAML or JSON; read again when they change."""

    files: tuple[str, ...] = Field(description="Paths ending in .yml, .yaml or .json; * in the name matches several.")
    refresh_seconds: float = Field(default=5, gt=0, description="How often the files are looked at.")

    @field_validator("files")
    @classmethod
    def _known_endings(cls, files: tuple[str, ...]) -> tuple[str, ...]:
        for path in files:
            if Path(path).suffix not in (".yml", ".yaml", ".json"):
                raise ValueError(f'"{path}" does not end in .yml, .yaml or .json')
        return files


class DnsSettings(Section):
    """Targets by name: the addresses of hosts, or the hosts and ports of SRV records."""

    names: tuple[str, ...] = Field(description="Names that are looked up.")
    type: Literal["SRV", "A", "AAAA"] = Field(default="SRV", description="Kind of record.")
    port: int = Field(default=0, ge=0, le=65535, description="Port of A and AAAA targets; 0 is the job's.")
    nameserver: str = Field(default="", description="Server to ask, host:port; the system's if empty.")
    refresh_seconds: float = Field(default=30, gt=0, description="How often they are looked up.")


class ConsulSettings(ClientSettings):
    """Targets from Consul's catalogue."""

    server: str = Field(default="http://127.0.0.1:8500", pattern=r"^https?://[^\s/]+$", description="Consul's API.")
    token: Secret | None = Field(default=None, description="Consul's ACL token.")
    datacenter: str = Field(default="", description="Datacenter; the agent's own if empty.")
    services: tuple[str, ...] = Field(default=(), description="Services; all if empty.")
    tags: tuple[str, ...] = Field(default=(), description="Tags that a service must have.")
    refresh_seconds: float = Field(default=30, gt=0, description="How often the catalogue is read.")


class KubernetesSettings(ClientSettings):
    """Targets from the pods of a Kubernetes cluster, watched. In a pod of it nothing needs to be set."""

    api_server: str = Field(default="", description="URL of the API; where the hub's own pod is, if empty.")
    namespaces: tuple[str, ...] = Field(default=(), description="Namespaces; all if empty.")
    label_selector: str = Field(default="", description="Labels that pods must have, as kubectl writes it.")
    cluster: str = Field(default="", description="Name of the cluster: label `cluster` of its targets.")


class JobSettings(ClientSettings):
    """A set of targets that are scraped in one way."""

    name: str = Field(pattern=r"^[^\s\"\\]{1,100}$", description="Name: label `job` of all samples.")
    preset: PresetName | None = Field(default=None, description="Port, path and rules of a mesh's proxies.")
    tenant: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,64}$", description="Tenant of the data.")
    scheme: Literal["http", "https"] = Field(default="http", description="Scheme of targets.")
    path: str = Field(default="", pattern=r"^(?:/[!-~]*)?$", description="Path; the preset's or /metrics if empty.")
    params: dict[str, str] = Field(default={}, description="Parameters of the query.")
    interval_seconds: float = Field(default=15, ge=0.1, le=120, description="Time from one scrape to the next.")
    timeout_seconds: float = Field(default=10, gt=0, description="Time that one scrape may take.")
    honor_labels: bool = Field(default=False, description="Let series keep labels that their target has too.")
    honor_timestamps: bool = Field(default=True, description="Take the times that a target writes to its samples.")
    static_configs: tuple[StaticSettings, ...] = Field(default=(), description="Targets that are written here.")
    file_sd_configs: tuple[FileSettings, ...] = Field(default=(), description="Targets in files.")
    dns_sd_configs: tuple[DnsSettings, ...] = Field(default=(), description="Targets by DNS.")
    consul_sd_configs: tuple[ConsulSettings, ...] = Field(default=(), description="Targets in Consul's catalogue.")
    kubernetes_sd_configs: tuple[KubernetesSettings, ...] = Field(default=(), description="Pods of Kubernetes.")
    relabel_configs: tuple[RelabelSettings, ...] = Field(default=(), description="Rules for targets.")
    metric_relabel_configs: tuple[RelabelSettings, ...] = Field(default=(), description="Rules for series.")
    body_bytes: ByteSize = Field(default=ByteSize(32 * 1024 * 1024), gt=0, description="Largest body, decompressed.")
    samples: int = Field(default=200_000, gt=0, description="Samples of one scrape; with more it fails whole.")
    labels: int = Field(default=64, gt=0, description="Labels of one series; with more the scrape fails.")
    label_name_bytes: int = Field(default=256, gt=0, description="Longest name of a label.")
    label_value_bytes: int = Field(default=4096, gt=0, description="Longest value of a label.")
    targets: int = Field(default=5000, gt=0, description="Targets of the job; those past it are left out.")

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.timeout_seconds > self.interval_seconds:
            raise ValueError("timeout_seconds must not be larger than interval_seconds")
        found = (
            self.static_configs, self.file_sd_configs, self.dns_sd_configs, self.consul_sd_configs,
            self.kubernetes_sd_configs,
        )  # fmt: skip
        if not any(found) and not (self.preset and PRESETS[self.preset].kubernetes):
            raise ValueError("the job has no targets: give static_configs, or one of the *_sd_configs")
        return self


class ScrapeSettings(Section):
    """What the hub fetches by itself, for proxies that can send nothing."""

    jobs: tuple[JobSettings, ...] = Field(default=(), description="Sets of targets.")
    concurrency: int = Field(default=200, gt=0, description="Scrapes under way at a time.")

    @field_validator("jobs")
    @classmethod
    def _distinct(cls, jobs: tuple[JobSettings, ...]) -> tuple[JobSettings, ...]:
        names = [job.name for job in jobs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two jobs have the name {', '.join(twice)}")
        return jobs


def _checked_labels(labels: dict[str, str]) -> dict[str, str]:
    for name in labels:
        if not LABEL_NAME.fullmatch(name):
            raise ValueError(f'"{name[:100]}" is not the name of a label')
    return labels
