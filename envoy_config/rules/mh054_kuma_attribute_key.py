"""MH054."""

import re
from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

KEY = re.compile(r"[a-z]([a-z0-9]|[._][a-z0-9])*")


def find(estate: Estate) -> Iterator[Flaw]:
    for kind, policy in estate.kuma:
        if kind != "MeshAccessLog":
            continue
        for node in policy.get("spec").walk():
            for attribute in node.get("openTelemetry", "attributes").items():
                key, value = attribute.get("key"), attribute.get("value")
                if key.present and (not KEY.fullmatch(key.text) or key.text.startswith("otel.")):
                    yield Flaw(key, f"{key.value} is no key that Kuma takes")
                if value.present and not isinstance(value.value, str):
                    yield Flaw(value, f"the value of {key.value} is no text")


RULE = Rule(
    code="MH054",
    name="kuma-attribute-key",
    severity=Severity.ERROR,
    title="An attribute of a MeshAccessLog is refused",
    why="Keys are lower-case words with dots and underscores between them, not beginning with otel.; values "
    "are text. Kuma refuses the whole policy otherwise.",
    fix="Write it as response_code or http.route, and the value in quotes.",
    find=find,
    bad="""
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: {name: meshhub, namespace: kuma-system}
spec:
  rules:
  - default:
      backends:
      - {type: OpenTelemetry, openTelemetry: {attributes: [{key: responseCode, value: "%RESPONSE_CODE%"}]}}
""",
    good="""
apiVersion: kuma.io/v1alpha1
kind: MeshAccessLog
metadata: {name: meshhub, namespace: kuma-system}
spec:
  rules:
  - default:
      backends:
      - {type: OpenTelemetry, openTelemetry: {attributes: [{key: response_code, value: "%RESPONSE_CODE%"}]}}
""",
)
