"""The load generator: replays payloads over OTLP/gRPC from its own process, as fast as told, and prints a JSON report.

python -m benchmarks.load --target 127.0.0.1:4317 --signal traces --seconds 20 --connections 4 --rate 0
"""

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field

import grpc

from benchmarks.payloads import Payloads, generate
from meshhub.model import Signal

METHODS = {
    Signal.TRACES: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    Signal.LOGS: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}
RETRYABLE = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED}
IN_FLIGHT = 4
"""Requests in flight per connection."""


Request = tuple[bytes, int]
"""A body and how many records it has."""


@dataclass
class Tally:
    accepted: int = 0
    refused: int = 0
    failed: int = 0
    latencies: list[float] = field(default_factory=list)


async def run(
    target: str, signal: Signal, seconds: float, connections: int, rate: float, records: int, batch: int
) -> dict[str, float]:
    """Send until the time is over; accepted records and acknowledgement latencies."""
    payloads = generate(signal, records, batch=batch)
    queue: asyncio.Queue[Request] = asyncio.Queue(maxsize=connections * IN_FLIGHT * 2)
    tally = Tally()
    channels = [
        grpc.aio.insecure_channel(target, options=[("grpc.use_local_subchannel_pool", 1)]) for _ in range(connections)
    ]
    senders = [
        asyncio.create_task(_send(channel.unary_unary(METHODS[signal]), queue, tally))
        for channel in channels
        for _ in range(IN_FLIGHT)
    ]
    start = time.monotonic()
    await _feed(payloads, queue, start, seconds, rate)
    await queue.join()
    elapsed = time.monotonic() - start
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)
    for channel in channels:
        await channel.close()
    ordered = sorted(tally.latencies) or [0.0]
    return {
        "seconds": elapsed,
        "accepted": tally.accepted,
        "refused": tally.refused,
        "failed": tally.failed,
        "requests": len(tally.latencies),
        "records_per_request": payloads.records / len(payloads.bounds),
        "bytes_per_record": payloads.bytes_per_record,
        "ack_p50_ms": ordered[len(ordered) // 2] * 1000,
        "ack_p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
    }


async def _feed(payloads: Payloads, queue: asyncio.Queue[Request], start: float, seconds: float, rate: float) -> None:
    sent = seed = 0
    while time.monotonic() - start < seconds:
        seed += 1
        for body, count in zip(payloads.fresh(seed), payloads.counts, strict=True):
            if time.monotonic() - start >= seconds:
                return
            if rate and (ahead := sent / rate - (time.monotonic() - start)) > 0:
                await asyncio.sleep(ahead)
            await queue.put((body, count))
            sent += count


async def _send(call: grpc.aio.UnaryUnaryMultiCallable, queue: asyncio.Queue[Request], tally: Tally) -> None:
    while True:
        body, count = await queue.get()
        try:
            await _deliver(call, body, count, tally)
        finally:
            queue.task_done()


async def _deliver(call: grpc.aio.UnaryUnaryMultiCallable, body: bytes, count: int, tally: Tally) -> None:
    """Send one request until it is taken, as an OTLP client does."""
    while True:
        begun = time.monotonic()
        try:
            await call(body, timeout=30)
        except grpc.aio.AioRpcError as error:
            if error.code() not in RETRYABLE:
                tally.failed += 1
                return
            tally.refused += 1
            await asyncio.sleep(0.5)
            continue
        tally.latencies.append(time.monotonic() - begun)
        tally.accepted += count
        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--signal", type=Signal, default=Signal.TRACES, choices=list(METHODS))
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--rate", type=float, default=0, help="records a second; 0: as fast as the hub takes them")
    parser.add_argument("--records", type=int, default=60_000, help="records generated, then replayed with fresh ids")
    parser.add_argument("--batch", type=int, default=200, help="most records in a request")
    print(json.dumps(asyncio.run(run(**vars(parser.parse_args())))))


if __name__ == "__main__":
    main()
