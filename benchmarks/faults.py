"""Every fault of the demo: after how many seconds the hub shows it where it belongs, and what a comparison names.

    python -m benchmarks.faults [--seconds 60] [KIND SERVICE ...]

Runs `meshhub demo` with its 13 Envoys. For each fault: a quiet time, the fault switched on, seconds until the graph (or
the findings) show it in the default window, the same quiet length under the fault, and then the two compared. Machine
noise changes latencies: run it alone.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from meshhub.demo.control import ControlClient
from meshhub.demo.faults import Fault, FaultKind
from meshhub.demo.workdir import DemoState, find_running
from meshhub.errors import NotFound

UP_SECONDS = 180
SHOWN_SECONDS = 90
SETTLED_SECONDS = 15
"""What was under way when a fault was switched, and its records, are through by then."""
STEP_SECONDS = 10
"""A graph's window is widened to whole steps of this: what is before a fault must end a step before it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault and where it must show: an edge by its ends, or a finding by its code."""

    kind: FaultKind
    service: str
    edge: tuple[str, str] | None = None
    finding: str = ""


CASES = (  # each on an edge that no fault before it hit: its window still shows that
    Case(FaultKind.ERRORS, "payment", edge=("checkout", "payment")),
    Case(FaultKind.ERRORS, "pricing", edge=("catalog", "pricing")),
    Case(FaultKind.DEAD_INSTANCE, "reviews", edge=("storefront", "reviews")),
    Case(FaultKind.LATENCY, "ratings", edge=("reviews", "ratings")),
    Case(FaultKind.SLOW_PROXY, "cart", edge=("checkout", "cart")),
    Case(FaultKind.LOST_CONTEXT, "catalog", finding="request-id-not-propagated"),
    Case(FaultKind.FOREIGN_IDS, "storefront", finding="foreign-request-ids"),
    Case(FaultKind.N_PLUS_ONE, "cart", finding="repeated-calls"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen of a fault. `seconds` is None where it did not show in time."""

    fault: str
    seconds: float | None
    reason: str
    changed: tuple[str, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long each side of a comparison is")
    parser.add_argument("--only", help="the kind of a fault")
    given = parser.parse_args()
    cases = [case for case in CASES if given.only in (None, case.kind.value)]
    with tempfile.TemporaryDirectory(prefix="meshhub-bench-") as folder, running_demo(Path(folder)) as state:
        outcomes = [measure(state, case, given.seconds) for case in cases]
    target = Path("benchmarks/results/faults.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(each) for each in outcomes], indent=2) + "\n", encoding="utf-8")


@contextmanager
def running_demo(root: Path) -> Iterator[DemoState]:
    """A demo of its own, stopped at the end."""
    command = [sys.executable, "-m", "meshhub.cli", "demo", "--work-dir", str(root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + UP_SECONDS
            while True:
                try:
                    yield find_running(root)
                    return
                except NotFound:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
        finally:
            process.terminate()
            process.wait(60)


def measure(state: DemoState, case: Case, seconds: int) -> Outcome:
    """Switch the fault on and off again, and see what the hub says of it."""
    time.sleep(SETTLED_SECONDS + seconds + STEP_SECONDS)
    control = ControlClient(state)
    fault = Fault(case.kind, case.service)
    on = datetime.now(UTC)
    control.switch(fault, on=True)
    try:
        reason, waited = wait_until_shown(state, case, on)
        began = on + timedelta(seconds=SETTLED_SECONDS)
        time.sleep(max((began - datetime.now(UTC)).total_seconds(), 0) + seconds)
        ended = on - timedelta(seconds=STEP_SECONDS)
        before, after = (ended - timedelta(seconds=seconds), ended), (began, began + timedelta(seconds=seconds))
        changed = compared(state, before, after)
    finally:
        control.switch(fault, on=False)
    outcome = Outcome(str(fault), waited, reason, changed)
    print(f"{outcome.fault:24}{'not shown' if waited is None else f'{waited:.1f} s':>10}  {reason}", flush=True)
    for line in changed:
        print(f"{'':36}{line}", flush=True)
    return outcome


def wait_until_shown(state: DemoState, case: Case, on: datetime) -> tuple[str, float | None]:
    while (waited := (datetime.now(UTC) - on).total_seconds()) < SHOWN_SECONDS:
        if reason := shown(state, case, on):
            return reason, (datetime.now(UTC) - on).total_seconds()
        time.sleep(max(0.25 - waited % 0.25, 0.05))
    return "", None


def shown(state: DemoState, case: Case, on: datetime) -> str:
    """Why the hub thinks that something is wrong where the fault is; empty while it does not."""
    if case.edge is None:
        findings = get(state, "/api/v1/findings", start=on.isoformat())["findings"]
        ends = [(each, end) for each in findings for end in (each["source"], each["destination"]) if end]
        return next((f"{f['code']}: {f['evidence']}" for f, end in ends if matches(f, end, case)), "")
    for edge in get(state, "/api/v1/graph")["edges"]:
        if (edge["source"]["service"], edge["destination"]["service"]) == case.edge:
            health = edge["health"]
            return "" if health["state"] == "healthy" else "; ".join(reason["text"] for reason in health["reasons"])
    return ""


def matches(finding: dict[str, Any], end: dict[str, Any], case: Case) -> bool:
    return bool(finding["code"] == case.finding and end["service"] == case.service)


def compared(state: DemoState, before: tuple[datetime, datetime], after: tuple[datetime, datetime]) -> tuple[str, ...]:
    """The edges that changed between two windows, in words."""
    bounds = dict(zip(("before_start", "before_end", "start", "end"), (*before, *after), strict=True))
    diff = get(state, "/api/v1/graph/diff", **{name: at.isoformat() for name, at in bounds.items()})
    return tuple(
        f"{edge['change']}: {edge['source']} -> {edge['destination']}: " + "; ".join(w["text"] for w in edge["words"])
        for edge in diff["edges"]
    )


def get(state: DemoState, path: str, **parameters: str) -> Any:
    answer = httpx.get(f"{state.hub_url}{path}", params=parameters, timeout=60, trust_env=False)
    answer.raise_for_status()
    return answer.json()


if __name__ == "__main__":
    main()
