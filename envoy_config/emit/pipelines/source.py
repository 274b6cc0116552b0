"""The neutral model of what has to be read: logs that proxies print, and endpoints that are scraped."""

from dataclasses import dataclass

from envoy_config.emit.messages import Message


@dataclass(frozen=True, slots=True)
class LogSource:
    """Access logs that containers print.

    `paths` are globs of the kubelet's log files. `wanted` is a regular expression (RE2) for the lines that are access
    logs. `pod_of_record` says that records are about other pods than the one that prints them, which they name by
    address. `labels` are pod labels that become resource attributes: (attribute, label).
    """

    name: str
    paths: tuple[str, ...]
    wanted: str
    labels: tuple[tuple[str, str], ...]
    pod_of_record: bool = False


@dataclass(frozen=True, slots=True)
class Scrape:
    """A job in Prometheus's form (scrape_configs)."""

    job: str
    path: str
    relabel: tuple[Message, ...]

    def config(self, interval_seconds: float) -> Message:
        """The scrape configuration."""
        return {
            "job_name": self.job,
            "scrape_interval": f"{interval_seconds:g}s",
            "metrics_path": self.path,
            "kubernetes_sd_configs": [{"role": "pod"}],
            "relabel_configs": list(self.relabel),
        }


def keep(labels: list[str], regex: str) -> Message:
    """A rule that keeps targets."""
    return {"source_labels": labels, "regex": regex, "action": "keep"}


def target(label: str, source: str) -> Message:
    """A rule that names a label."""
    return {"source_labels": [source], "target_label": label}


POD_LABELS = (
    keep(["__meta_kubernetes_pod_phase"], "Running"),
    target("namespace", "__meta_kubernetes_namespace"),
    target("pod", "__meta_kubernetes_pod_name"),
)
"""What every job of pods has."""


def address(port: int) -> Message:
    """A rule that scrapes this port of a pod."""
    return {
        "source_labels": ["__meta_kubernetes_pod_ip"],
        "regex": "(.+)",
        "replacement": f"$1:{port}",
        "target_label": "__address__",
        "action": "replace",
    }
