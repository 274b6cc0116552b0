"""Fluent Bit's configuration (4.x, YAML) and the Lua that makes records of lines."""

from collections.abc import Sequence

from envoy_config.emit.messages import Message
from envoy_config.emit.pipelines.collector import STATE
from envoy_config.emit.pipelines.logs import lua_body
from envoy_config.emit.pipelines.source import LogSource
from envoy_config.emit.reachable import place
from envoy_config.emit.text import as_yaml
from envoy_config.intent import Intent

_FUNCTION = """\
-- The line of a container's log becomes the attributes of an access log; anything else is dropped.
local function map(line, out)
{body}
end

function record(tag, timestamp, entry)
  local out = {{}}
  if entry["log"] == nil or not map(entry["log"], out) then
    return -1, 0, 0
  end
  local pod = entry["kubernetes"] or {{}}
  out["namespace"] = out["namespace"] or pod["namespace_name"]
  out["pod"] = out["pod"] or pod["pod_name"]
  out["cluster"] = "{cluster}"
  local labels = pod["labels"] or {{}}
  out["workload"] = out["workload"] or {labels}
{wishes}
  for key, value in pairs(out) do
    out[key] = tostring(value)
  end
  return 1, timestamp, out
end
"""


def fluent_bit_files(intent: Intent, cluster: str, sources: Sequence[LogSource]) -> dict[str, str]:
    """File name to content."""
    files = {"fluent-bit.yaml": as_yaml(_config(intent, sources))}
    for source in sources:
        files[f"{source.name}.lua"] = lua(intent, source, cluster)
    return files


def lua(intent: Intent, source: LogSource, cluster: str) -> str:
    """The script of one source."""
    wanted = intent.access_logs
    wishes = [
        f'  if string.sub(out["path"] or "", 1, {len(p)}) == "{p}" then return -1, 0, 0 end'
        for p in wanted.filter.exclude_paths
    ]
    if wanted.fields.query_strings == "drop":
        wishes.append('  out["path"] = out["path"] and (string.gsub(out["path"], "%?.*$", ""))')
    wishes += [f'  out["{name}"] = nil' for name in wanted.fields.exclude]
    labels = " or ".join([*(f'labels["{label}"]' for _, label in source.labels), "nil"])
    body = "\n".join(f"  {line}" if line else "" for line in lua_body(source).strip().split("\n"))
    return _FUNCTION.format(
        body=body,
        cluster=cluster,
        labels="nil" if source.pod_of_record else labels,
        wishes="\n".join(wishes) or "  -- nothing is left out",
    )


def _config(intent: Intent, sources: Sequence[LogSource]) -> Message:
    inputs, filters = [], []
    for source in sources:
        inputs.append(
            {
                "name": "tail",
                "tag": f"{source.name}.*",
                "path": ",".join(source.paths),
                "multiline.parser": "docker, cri",
                "db": f"{STATE}/{source.name}.db",
                "mem_buf_limit": "64MB",
                "skip_long_lines": "on",
                "storage.type": "filesystem",
            }
        )
        filters.append(
            {
                "name": "kubernetes",
                "match": f"{source.name}.*",
                "kube_tag_prefix": f"{source.name}.var.log.pods.",
                "regex_parser": "meshhub-pod-path",
                "labels": "on",
                "annotations": "off",
            }
        )
        filters.append({"name": "lua", "match": f"{source.name}.*", "script": f"{source.name}.lua", "call": "record"})
    return {
        "service": {"flush": 1, "storage.path": f"{STATE}/chunks"},
        "parsers": [
            {
                "name": "meshhub-pod-path",
                "format": "regex",
                "regex": "^(?<namespace_name>[^_]+)_(?<pod_name>[^_]+)_(?<pod_id>[^.]+)\\.(?<container_name>[^.]+)\\.",
            }
        ],
        "pipeline": {"inputs": inputs, "filters": filters, "outputs": [_output(intent)]},
    }


def _output(intent: Intent) -> Message:
    """OTLP over HTTP; attributes are what the record has, all texts."""
    hub = place(intent.hub, intent.hub.over_http)
    output: Message = {
        "name": "opentelemetry",
        "match": "*",
        "host": hub.dialled,
        "port": hub.port,
        "logs_uri": "/v1/logs",
        "logs_body_key_attributes": True,
        "retry_limit": "no_limits",
    }
    if hub.tls is not None:
        output |= {"tls": "on", "tls.verify": "on", "tls.ca_file": hub.tls.ca_file}
        if hub.tls.certificate_file is not None:
            output |= {"tls.crt_file": hub.tls.certificate_file, "tls.key_file": hub.tls.key_file}
    if intent.hub.token is not None:
        output["header"] = f"Authorization Bearer {intent.hub.token.reveal()}"
    return output
