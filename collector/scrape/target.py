"""Targets: what discovery says, made by relabelling into an address to fetch and the labels of its samples."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from collector.scrape.relabel import Labels, Rule, apply

ADDRESS = "__address__"
SCHEME = "__scheme__"
PATH = "__metrics_path__"
PARAMETER = "__param_"
META = "__"

MAX_LABELS = 100
MAX_LABEL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """One target as a source found it: its labels, `__address__` and `__meta_…` among them.

    `declared`: a person wrote the address down (static, files). What else was found is only fetched from addresses
    that can be a workload's.
    """

    labels: Mapping[str, str]
    declared: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What is fetched. Two with equal labels and URL are one."""

    url: str
    labels: tuple[tuple[str, str], ...]

    @property
    def instance(self) -> str:
        return dict(self.labels).get("instance", "")


@dataclass(frozen=True, slots=True)
class JobTargets:
    """How the targets of one job are made."""

    job: str
    scheme: str
    path: str
    port: int
    parameters: Mapping[str, str]
    rules: Sequence[Rule]

    def make(self, found: Iterable[Found]) -> tuple[list[Target], list[str]]:
        """The targets, each once, in the order of their URLs; and why some that were found cannot be fetched."""
        targets: dict[Target, None] = {}
        faults: list[str] = []
        for each in found:
            try:
                target = self._one(each)
            except ValueError as error:
                faults.append(str(error))
                continue
            if target is not None:
                targets[target] = None
        return sorted(targets, key=lambda target: (target.url, target.labels)), faults

    def _one(self, found: Found) -> Target | None:
        given = {PARAMETER + name: value for name, value in self.parameters.items()}
        labels = apply(self.rules, {SCHEME: self.scheme, PATH: self.path, "job": self.job, **given, **found.labels})
        if labels is None or not labels.get(ADDRESS):
            return None
        host, port = self._address(labels[ADDRESS], labels.get(SCHEME, ""))
        if not found.declared:
            _refuse_unlikely(host)
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        parameters = {key.removeprefix(PARAMETER): value for key, value in labels.items() if key.startswith(PARAMETER)}
        path = labels.get(PATH, "/")
        query = f"?{urlencode(parameters)}" if parameters else ""
        kept = {name: value for name, value in labels.items() if value and not name.startswith(META)}
        kept.setdefault("instance", address)
        _refuse_large(kept)
        return Target(f"{labels[SCHEME]}://{address}/{path.lstrip('/')}{query}", tuple(sorted(kept.items())))

    def _address(self, text: str, scheme: str) -> tuple[str, int]:
        if scheme not in ("http", "https"):
            raise ValueError(f'the scheme of {text[:100]} is "{scheme[:20]}": expected http or https')
        if any(mark in text for mark in "/@?#\\") or not text.isprintable() or " " in text:
            raise ValueError(f'"{text[:100]}" is no address: expected host:port')
        host, colon, port = text.rpartition(":")
        if not colon or (":" in host and not host.endswith("]")):
            host, port = text, ""
        host = host.removeprefix("[").removesuffix("]")
        number = port or str(self.port or (443 if scheme == "https" else 80))
        if not host or not (number.isascii() and number.isdigit()) or not 0 < int(number) < 65536:
            raise ValueError(f'"{text[:100]}" is no address: expected host:port')
        return host, int(number)


def _refuse_unlikely(host: str) -> None:
    """Whoever can register a workload must not have the hub fetch from itself or a cloud's metadata service."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast:
        raise ValueError(
            f"{host} was discovered, and no workload has such an address: name it in static_configs if it is meant"
        )


def _refuse_large(labels: Labels) -> None:
    if len(labels) > MAX_LABELS or any(len(value) > MAX_LABEL_BYTES for value in labels.values()):
        raise ValueError(f"a target has more than {MAX_LABELS} labels, or one longer than {MAX_LABEL_BYTES}")
