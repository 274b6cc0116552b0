"""The demo's mesh with real Envoys, reporting to a receiver that keeps what it gets."""

import asyncio
import io
import json
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import psutil
import pytest
from rich.console import Console

from meshhub.demo.calls import Answer
from meshhub.demo.faults import Fault, FaultKind
from meshhub.demo.mesh import RunningMesh
from meshhub.demo.progress import Progress
from meshhub.demo.traffic import Traffic, VisitRecord, record_of
from meshhub.demo.workdir import WorkDirectory
from meshhub.testing.otlp_receiver import Attributes, OtlpReceiver

pytestmark = [pytest.mark.envoy, pytest.mark.timeout(120)]

INBOUND, OUTBOUND = "1", "2"
QUIET = Console(file=io.StringIO())

Scenario = Callable[[RunningMesh], Awaitable[None]]


def run(scenario: Scenario, otlp: OtlpReceiver, root: Path, *, sampling: int = 50) -> None:
    """Run a scenario with the mesh up; nothing may be left of it afterwards."""

    async def main() -> None:
        work = WorkDirectory.create(root)
        mesh = RunningMesh(
            work,
            otlp_port=otlp.port,
            sampling=sampling,
            random=Random(5),
            now=datetime.now(UTC),
        )
        try:
            async with asyncio.timeout(100):
                await mesh.start(Progress(QUIET))
                await scenario(mesh)
        finally:
            await mesh.stop()
        work.remove()

    # What other tests of this process keep running, a hub or an engine, is none of the mesh's.
    before = set(psutil.Process().children(recursive=True))
    asyncio.run(main())
    assert set(psutil.Process().children(recursive=True)) <= before


async def visit(mesh: RunningMesh, path: str = "/products/7", method: str = "GET") -> Answer:
    return await mesh.gateway.call(method, "shop.example", path, {}, seconds=20)


async def until(condition: Callable[[], bool]) -> None:
    """Look again and again until a condition holds; the scenario's time limit bounds it."""
    while True:
        if condition():
            return
        await asyncio.sleep(0.01)


async def visits_until(mesh: RunningMesh, wanted: Callable[[VisitRecord], bool]) -> VisitRecord:
    """Visit the shop until a visit is as wanted."""
    while True:
        record = record_of("product", await visit(mesh))
        if record is not None and wanted(record):
            return record


def access_logs(otlp: OtlpReceiver) -> list[Attributes]:
    """Each access log with who reports it ("service:version") as `reporter`."""
    return [
        log | {"reporter": f"{log['service.name']}:{log['service.version']}"}
        for log in otlp.access_logs({})
        if "response_flags" in log
    ]


def reports(otlp: OtlpReceiver, request_id: str) -> set[tuple[str, str, str]]:
    """Who reported a request, in which direction, going where; ports are left out."""
    return {
        (log["reporter"], log["direction"], log["upstream_cluster"].partition("|")[0])
        for log in access_logs(otlp)
        if log["request_id"] == request_id
    }


HOPS = {
    ("gateway:v1", OUTBOUND, "storefront.shop"),
    ("storefront:v1", INBOUND, "inbound"),
    ("storefront:v1", OUTBOUND, "catalog.shop"),
    ("catalog:v1", INBOUND, "inbound"),
    ("catalog:v1", OUTBOUND, "pricing.shop"),
    ("pricing:v1", INBOUND, "inbound"),
    ("storefront:v1", OUTBOUND, "reviews.shop"),
    ("reviews:v3", INBOUND, "inbound"),
    ("reviews:v3", OUTBOUND, "ratings.shop"),
    ("ratings:v1", INBOUND, "inbound"),
}


def test_every_hop_is_reported_by_both_of_its_proxies_whether_sampled_or_not(
    otlp: OtlpReceiver, tmp_path: Path
) -> None:
    async def scenario(mesh: RunningMesh) -> None:
        for sampled in (True, False):
            wanted = {"reviews:v3", "ratings:v1", "pricing:v1"}
            record = await visits_until(mesh, lambda r: r.sampled is sampled and wanted <= set(r.passed))  # noqa: B023
            assert set(record.passed) == {reporter for reporter, _, _ in HOPS}
            await asyncio.to_thread(otlp.wait_for, lambda: reports(otlp, record.request_id) == HOPS)  # noqa: B023
            [trace] = {log["trace_id"] for log in otlp.access_logs({"request_id": record.request_id})}
            if sampled:
                await asyncio.to_thread(otlp.wait_for, lambda: len(span_services(otlp, trace)) == 6)  # noqa: B023
            else:
                assert span_services(otlp, trace) == set()

    run(scenario, otlp, tmp_path / "root")


def span_services(otlp: OtlpReceiver, trace: str) -> set[str]:
    return {span["service.name"] for span in otlp.spans({"trace_id": trace})}


def test_the_whole_shop_reports_over_mutual_tls(otlp: OtlpReceiver, tmp_path: Path) -> None:
    async def scenario(mesh: RunningMesh) -> None:
        traffic = Traffic(mesh.gateway, rate=1, random=Random(1))
        await traffic.tour(rounds=4)
        assert traffic.answers[200] >= 10
        await asyncio.to_thread(otlp.wait_for, lambda: destinations(otlp) == EXPECTED_DESTINATIONS)
        await asyncio.to_thread(otlp.wait_for, lambda: {point["service.name"] for point in otlp.points({})} >= PROXIED)

    run(scenario, otlp, tmp_path / "root")
    for log in access_logs(otlp):
        if log["direction"] == INBOUND:
            assert log["downstream_peer_uri_san"].startswith("spiffe://demo.meshhub/ns/shop/sa/"), log
            assert log["downstream_tls_version"] == "TLSv1.3"
        if log["upstream_cluster"].startswith("external|"):
            assert log["upstream_tls_version"].startswith("TLS")


EXPECTED_DESTINATIONS = {
    "storefront.shop",
    "cart.shop",
    "checkout.shop",
    "catalog.shop",
    "reviews.shop",
    "ratings.shop",
    "pricing.shop",
    "sessions.shop",
    "payment.shop",
    "external|bank.example",
}
PROXIED = {"gateway"} | {name.partition(".")[0] for name in EXPECTED_DESTINATIONS if "|" not in name}


def destinations(otlp: OtlpReceiver) -> set[str]:
    return {log["upstream_cluster"] for log in access_logs(otlp) if log["direction"] == OUTBOUND}


def test_a_slow_service_is_slow_until_the_fault_is_switched_off(otlp: OtlpReceiver, tmp_path: Path) -> None:
    async def scenario(mesh: RunningMesh) -> None:
        fault = Fault(FaultKind.LATENCY, "storefront")
        loop = asyncio.get_running_loop()
        durations = []
        for on in (True, False):
            await mesh.faults.switch(fault, on=on)
            begin = loop.time()
            await asyncio.gather(*(visit(mesh) for _ in range(5)))
            durations.append(loop.time() - begin)
        slow, usual = durations
        assert slow > 0.5 + usual

    run(scenario, otlp, tmp_path / "root")


def test_a_failing_service_is_tried_again_and_its_caller_says_so(otlp: OtlpReceiver, tmp_path: Path) -> None:
    async def scenario(mesh: RunningMesh) -> None:
        await mesh.faults.switch(Fault(FaultKind.ERRORS, "catalog"), on=True)

        def retried() -> bool:
            return any(
                log["upstream_cluster"] == "catalog.shop" and log["request_attempts"] in ("2", "3")
                for log in access_logs(otlp)
            )

        await asyncio.gather(*(visit(mesh) for _ in range(20)))
        await asyncio.to_thread(otlp.wait_for, retried)

    run(scenario, otlp, tmp_path / "root")


def test_a_dead_instance_refuses_connections_and_comes_back(otlp: OtlpReceiver, tmp_path: Path) -> None:
    async def scenario(mesh: RunningMesh) -> None:
        proxies = len(psutil.Process().children())
        fault = Fault(FaultKind.DEAD_INSTANCE, "catalog")
        await mesh.faults.switch(fault, on=True)
        assert len(psutil.Process().children()) == proxies - 1
        assert (await visit(mesh)).status == 500
        assert mesh.died() == []

        def refused() -> bool:
            return any(
                log["upstream_cluster"] == "catalog.shop" and "UF" in log["response_flags"].split(",")
                for log in access_logs(otlp)
            )

        await asyncio.to_thread(otlp.wait_for, refused)
        await mesh.faults.clear()
        assert len(psutil.Process().children()) == proxies
        await visits_until(mesh, lambda record: record.status == 200 and "catalog:v1" in record.passed)

    run(scenario, otlp, tmp_path / "root")


def test_a_proxy_that_ends_by_itself_is_noticed(otlp: OtlpReceiver, tmp_path: Path) -> None:
    async def scenario(mesh: RunningMesh) -> None:
        victim = next(c for c in psutil.Process().children() if any("ratings-v1-2" in part for part in c.cmdline()))
        victim.kill()
        await until(lambda: bool(mesh.died()))
        assert [envoy.plan.instance for envoy in mesh.died()] == ["ratings-v1-2"]

    run(scenario, otlp, tmp_path / "root")


PARENT = """
import asyncio, json, sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random
import psutil
from rich.console import Console
from meshhub.demo.mesh import RunningMesh
from meshhub.demo.progress import Progress
from meshhub.demo.workdir import WorkDirectory

async def main():
    work = WorkDirectory.create(Path(sys.argv[1]))
    mesh = RunningMesh(work, otlp_port=int(sys.argv[2]), sampling=20, random=Random(1), now=datetime.now(UTC))
    await mesh.start(Progress(Console(stderr=True)))
    print(json.dumps([child.pid for child in psutil.Process().children(recursive=True)]), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_no_proxy_outlives_a_demo_that_is_killed(otlp: OtlpReceiver, tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "root"), str(otlp.port)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert parent.stdout is not None
        proxies = [psutil.Process(pid) for pid in json.loads(parent.stdout.readline())]
        assert len(proxies) == 13
        parent.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(proxies, timeout=20)
        assert alive == []
    finally:
        parent.kill()
        parent.communicate(timeout=20)
