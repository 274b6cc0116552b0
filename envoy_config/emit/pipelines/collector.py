"""An OpenTelemetry Collector's configuration: what it reads, how records are made of lines, where it sends."""

import re
from collections.abc import Sequence
from typing import Any

from envoy_config.emit.messages import Message
from envoy_config.emit.pipelines.logs import statements
from envoy_config.emit.pipelines.source import LogSource, Scrape
from envoy_config.emit.reachable import address_text, place
from envoy_config.intent import Intent
from meshhub.secret import Secret

STATE = "/var/lib/meshhub"
"""Where an agent keeps how far it has read, in its container."""

_LIMITER = {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 20}
_OF_KUBELET = (
    'delete_matching_keys(attributes, "^(log\\\\.|logtag$|time$)")',
    'delete_matching_keys(resource.attributes, "^k8s\\\\.container\\\\.")',
)


def logs_config(intent: Intent, cluster: str, sources: Sequence[LogSource]) -> Message:
    """For an agent on every node: one pipeline per source, each with its own statements."""
    processors: Message = {"memory_limiter": _LIMITER, "batch": {"timeout": "1s"}}
    processors["resource/cluster"] = _cluster(cluster)
    pipelines: Message = {}
    receivers: Message = {}
    for source in sources:
        receivers[f"filelog/{source.name}"] = _filelog(source)
        processors[f"filter/{source.name}"] = _filter(source)
        processors[f"transform/{source.name}"] = _transform(intent, source)
        processors[f"k8sattributes/{source.name}"] = _pods(source)
        steps = ["memory_limiter", f"filter/{source.name}", f"transform/{source.name}"]
        if intent.access_logs.filter.exclude_paths:
            processors["filter/paths"] = _paths(intent)
            steps.append("filter/paths")
        if source.pod_of_record:
            processors["groupbyattrs/pod"] = {"keys": ["k8s.pod.ip"]}
            steps.append("groupbyattrs/pod")
        pipelines[f"logs/{source.name}"] = {
            "receivers": [f"filelog/{source.name}"],
            "processors": [*steps, f"k8sattributes/{source.name}", "resource/cluster", "batch"],
            "exporters": ["otlp"],
        }
    return _config(intent, receivers, processors, pipelines, storage=True)


def metrics_config(intent: Intent, cluster: str, scrapes: Sequence[Scrape]) -> Message:
    """For one scraper per cluster."""
    jobs = [scrape.config(intent.hub.stats_interval_seconds) for scrape in scrapes]
    processors = {
        "memory_limiter": _LIMITER,
        "resource/cluster": _cluster(cluster),
        "batch": {"timeout": "1s", "send_batch_max_size": 2000, "send_batch_size": 2000},
    }
    pipeline = {"receivers": ["prometheus"], "processors": list(processors), "exporters": ["otlp"]}
    receivers = {"prometheus": {"config": {"scrape_configs": jobs}}}
    return _config(intent, receivers, processors, {"metrics": pipeline}, storage=False)


def _config(intent: Intent, receivers: Message, processors: Message, pipelines: Message, *, storage: bool) -> Message:
    extensions = {"file_storage": {"directory": STATE, "create_directory": True}} if storage else {}
    service: Message = {"pipelines": pipelines}
    if storage:
        service = {"extensions": ["file_storage"], **service}
    config = {
        **({"extensions": extensions} if storage else {}),
        "receivers": receivers,
        "processors": processors,
        "exporters": {"otlp": _exporter(intent, persistent=storage)},
        "service": service,
    }
    return {key: _escaped(value) for key, value in config.items()}


def _escaped(value: Any) -> Any:
    """The collector expands $ in texts, also in regular expressions and statements; $$ stands for one."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Secret):
        return Secret(value.reveal().replace("$", "$$"))
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return value


def _exporter(intent: Intent, *, persistent: bool) -> Message:
    """Nothing is lost while the hub is away: logs wait on disk, stats are cumulative."""
    hub = intent.hub
    exporter: Message = {"endpoint": address_text(hub.otlp[0]), "compression": "gzip"}
    if hub.tls is None:
        exporter["tls"] = {"insecure": True}
    else:
        tls: Message = {"ca_file": hub.tls.ca_file}
        tls["server_name_override"] = hub.tls.server_name or place(hub, hub.otlp_grpc).dialled
        if hub.tls.certificate_file is not None:
            tls |= {"cert_file": hub.tls.certificate_file, "key_file": hub.tls.key_file}
        exporter["tls"] = tls
    if hub.token is not None:
        exporter["headers"] = {"authorization": Secret(f"Bearer {hub.token.reveal()}")}
    queue: Message = {"enabled": True, "queue_size": 1000}
    exporter["sending_queue"] = queue | ({"storage": "file_storage"} if persistent else {})
    exporter["retry_on_failure"] = {"enabled": True, "max_elapsed_time": "0s"}
    return exporter


def _filelog(source: LogSource) -> Message:
    return {
        "include": list(source.paths),
        "start_at": "end",
        "include_file_path": True,
        "include_file_name": False,
        "max_log_size": "64KiB",
        "storage": "file_storage",
        "operators": [{"type": "container", "id": "container"}],
    }


def _filter(source: LogSource) -> Message:
    return {"error_mode": "ignore", "logs": {"log_record": [f'not IsMatch(body, "{_quoted(source.wanted)}")']}}


def _paths(intent: Intent) -> Message:
    prefixes = "|".join(re.escape(prefix) for prefix in intent.access_logs.filter.exclude_paths)
    return {"error_mode": "ignore", "logs": {"log_record": [f'IsMatch(attributes["path"], "^({_quoted(prefixes)})")']}}


def _transform(intent: Intent, source: LogSource) -> Message:
    """The line itself is not sent: all that is wanted of it is in the attributes."""
    fields = intent.access_logs.fields
    steps = [*statements(source), *_OF_KUBELET, 'set(body, "")']
    if fields.query_strings == "drop":
        steps.append('replace_pattern(attributes["path"], "\\\\?.*$", "")')
    steps += [f'delete_key(attributes, "{name}")' for name in fields.exclude]
    if source.pod_of_record:
        steps.append('delete_matching_keys(resource.attributes, "^k8s\\\\.(pod|namespace)\\\\.")')
    return {"error_mode": "ignore", "log_statements": [{"context": "log", "statements": steps}]}


def _pods(source: LogSource) -> Message:
    """Which workload a pod is. Only pods of the node are watched: those whose logs are read here."""
    by = [["k8s.pod.ip"]] if source.pod_of_record else [["k8s.namespace.name", "k8s.pod.name"]]
    names = ("namespace", "pod", "deployment", "statefulset", "daemonset")
    return {
        "auth_type": "serviceAccount",
        "filter": {"node_from_env_var": "K8S_NODE_NAME"},
        "extract": {
            "metadata": [f"k8s.{name}.name" for name in names],
            "labels": [{"tag_name": name, "key": label, "from": "pod"} for name, label in source.labels],
        },
        "pod_association": [
            {"sources": [{"from": "resource_attribute", "name": name} for name in keys]} for keys in by
        ],
    }


def _cluster(cluster: str) -> Message:
    return {"attributes": [{"key": "k8s.cluster.name", "value": cluster, "action": "upsert"}]}


def _quoted(pattern: str) -> str:
    return pattern.replace("\\", "\\\\").replace('"', '\\"')
