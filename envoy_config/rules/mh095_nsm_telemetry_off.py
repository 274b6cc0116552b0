"""MH095."""

from collections.abc import Iterator

from envoy_config.rules.estate import Estate
from envoy_config.rules.model import Flaw, Rule, Severity

ENDPOINT, SWITCH = "NSM_OPEN_TELEMETRY_ENDPOINT", "TELEMETRY"


def find(estate: Estate) -> Iterator[Flaw]:
    for each in estate.of("Deployment", "StatefulSet", "DaemonSet", "Pod"):
        for node in each.get("spec").walk():
            variables = {item.get("name").text: item.get("value") for item in node.get("env").items()}
            wanted = variables.get(ENDPOINT)
            if wanted and str(variables[SWITCH].value if SWITCH in variables else "").lower() != "true":
                yield Flaw(wanted, f"{ENDPOINT} is set, and {SWITCH} is not true")


RULE = Rule(
    code="MH095",
    name="nsm-telemetry-off",
    severity=Severity.ERROR,
    title="Network Service Mesh has an endpoint and reports nothing",
    why="Without TELEMETRY=true a component of Network Service Mesh reports nothing, wherever its endpoint is.",
    fix="Set the variable TELEMETRY to true beside it.",
    find=find,
    bad="""
kind: Deployment
metadata: {name: nsc, namespace: nsm}
spec:
  template:
    spec:
      containers:
      - {name: nsc, env: [{name: NSM_OPEN_TELEMETRY_ENDPOINT, value: "meshhub.observability:4317"}]}
""",
    good="""
kind: Deployment
metadata: {name: nsc, namespace: nsm}
spec:
  template:
    spec:
      containers:
      - name: nsc
        env:
        - {name: TELEMETRY, value: "true"}
        - {name: NSM_OPEN_TELEMETRY_ENDPOINT, value: "meshhub.observability:4317"}
""",
)
