"""Whether workloads get a sidecar of Istio."""

from envoy_config.rules.estate import Estate, where
from envoy_config.rules.node import Node

LABEL = "sidecar.istio.io/inject"


def injected(estate: Estate, workload: Node) -> bool:
    """Whether a workload's pods get a sidecar, as far as the objects say."""
    meta = workload.get("spec", "template", "metadata")
    own = meta.get("labels", LABEL).value
    own = meta.get("annotations", LABEL).value if own is None else own
    if own is not None:
        return str(own).lower() == "true"
    labels = next(
        (
            each.get("metadata", "labels")
            for each in estate.of("Namespace")
            if each.get("metadata", "name").text == where(workload)
        ),
        None,
    )
    return labels is not None and (
        labels.get("istio-injection").text == "enabled" or bool(labels.get("istio.io/rev").text)
    )
