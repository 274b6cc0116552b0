"""`python -m tests.envoy_config.emit.record_shipped COLLECTOR`: what a real OpenTelemetry Collector makes of the lines.

Run it when a script in envoy_config/emit/pipelines/scripts has changed. COLLECTOR is a program with the receiver otlp,
the processors filter, transform, groupbyattrs, resource and the exporter otlp (recorded with 0.161.0). Lines come in
by OTLP where the agent has filelog, and k8sattributes is left out, since there is no cluster.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2_grpc import LogsServiceStub

from envoy_config.emit.pipelines.collector import logs_config
from envoy_config.emit.pipelines.logs import SOURCES
from envoy_config.emit.pipelines.source import LogSource
from envoy_config.emit.text import as_yaml
from meshhub.testing.envoys import free_ports
from meshhub.testing.otlp_receiver import OtlpReceiver
from tests.envoy_config.emit.conftest import GOLDENS, intent_of
from tests.envoy_config.emit.printed import LINES

SECONDS = 30.0


def main(collector: str) -> None:
    for source in SOURCES:
        path = GOLDENS / "shipped" / f"{source.name}.json"
        path.write_text(json.dumps(recorded(collector, source), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        sys.stdout.write(f"wrote {path}\n")


def recorded(collector: str, source: LogSource) -> dict[str, Any]:
    hub = OtlpReceiver()
    (port,) = free_ports(1)
    intent = intent_of(
        "- {name: m, kind: linkerd}\n", f"apiVersion: meshhub/v1\nhub: {{otlp: '127.0.0.1:{hub.port}'}}\n"
    )
    config = logs_config(intent, "lab", [source])
    del config["extensions"], config["service"]["extensions"], config["exporters"]["otlp"]["sending_queue"]["storage"]
    config["receivers"] = {"otlp": {"protocols": {"grpc": {"endpoint": f"127.0.0.1:{port}"}}}}
    pipeline = config["service"]["pipelines"][f"logs/{source.name}"]
    pipeline["receivers"] = ["otlp"]
    pipeline["processors"].remove(f"k8sattributes/{source.name}")
    del config["processors"][f"k8sattributes/{source.name}"]
    config["service"]["telemetry"] = {"metrics": {"level": "none"}}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "collector.yaml"
        path.write_text(as_yaml(config), encoding="utf-8")
        with subprocess.Popen([collector, f"--config={path}"], stderr=subprocess.PIPE, text=True) as process:
            try:
                send(port, source)
                return {"configuration": fingerprint(source), "records": received(hub, len(LINES[source.name]) - 1)}
            except Exception:
                process.terminate()
                sys.stderr.write(process.stderr.read() if process.stderr else "")
                raise
            finally:
                process.terminate()
                hub.stop()


def fingerprint(source: LogSource) -> str:
    """Of the configuration that was recorded with: another needs another recording."""
    intent = intent_of("- {name: m, kind: linkerd}\n")
    config = logs_config(intent, "lab", [source])
    return hashlib.sha256(json.dumps(config["processors"], sort_keys=True).encode()).hexdigest()


def send(port: int, source: LogSource) -> None:
    request = ExportLogsServiceRequest()
    resource = request.resource_logs.add()
    for key, value in (("k8s.namespace.name", "printing"), ("k8s.pod.name", "printer-1"), ("k8s.container.name", "c")):
        resource.resource.attributes.add(key=key).value.string_value = value
    records = resource.scope_logs.add().log_records
    for line in LINES[source.name]:
        records.add(time_unix_nano=1).body.string_value = line
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        LogsServiceStub(channel).Export(request, timeout=SECONDS, wait_for_ready=True)


def received(hub: OtlpReceiver, count: int) -> list[dict[str, Any]]:
    found = [
        {
            "resource": {a.key: value(a.value) for a in resource.resource.attributes},
            "attributes": {a.key: value(a.value) for a in record.attributes},
        }
        for kept in hub.wait_for(lambda: list(hub.kept))
        for resource in kept.request.resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]
    if len(found) != count:
        raise AssertionError(f"{len(found)} records instead of {count}: {found}")
    return found


def value(any_value: Any) -> Any:
    """The text; for anything else its kind, which is a fault."""
    kind = any_value.WhichOneof("value")
    return any_value.string_value if kind == "string_value" else f"<{kind}>"


if __name__ == "__main__":
    main(sys.argv[1])
