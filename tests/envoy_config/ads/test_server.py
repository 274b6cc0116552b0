"""The server as clients meet it: who is let in, what floods do, and what a restart sends again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from envoy_config.ads.api import message_class
from envoy_config.ads.kinds import Kind
from envoy_config.ads.server import SERVICE, Reason
from meshhub.demo.pki import Authority

REQUEST = "envoy.service.discovery.v3.DeltaDiscoveryRequest"
RESPONSE = "envoy.service.discovery.v3.DeltaDiscoveryResponse"
DELTA = SERVICE + "DeltaAggregatedResources"
GATEWAY = "gateway-v1-0.shop"


def request(kind: Kind = Kind.CLUSTER, node: str | None = None, **fields: Any) -> bytes:
    of_node = {} if node is None else {"node": {"id": node}}
    message = message_class(REQUEST)(type_url=kind.type_url, **of_node, **fields)
    return bytes(message.SerializeToString())


def credentials(lab: Any, service: str) -> grpc.ChannelCredentials:
    files: Path = lab.directory / "certificates"
    return grpc.ssl_channel_credentials(
        (files / "ca.pem").read_bytes(),
        (files / service / "key.pem").read_bytes(),
        (files / service / "cert.pem").read_bytes(),
    )


@asynccontextmanager
async def stream(lab: Any, service: str = "gateway") -> AsyncIterator[Any]:
    """A stream with the certificate of a service."""
    options = [("grpc.ssl_target_name_override", "localhost"), ("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.secure_channel(f"127.0.0.1:{lab.port}", credentials(lab, service), options) as channel:
        call = channel.stream_stream(DELTA)()
        try:
            yield call
        finally:
            call.cancel()


async def answered(call: Any) -> Any:
    async with asyncio.timeout(10):
        data = await call.read()
    assert data is not grpc.aio.EOF, await call.details()
    return message_class(RESPONSE).FromString(data)


async def refusal(call: Any) -> tuple[grpc.StatusCode, str]:
    async with asyncio.timeout(10):
        return await call.code(), await call.details()


def test_a_proxy_with_its_own_certificate_is_served(lab: Any) -> None:
    async def ask() -> set[str]:
        async with stream(lab) as call:
            await call.write(request(node=GATEWAY))
            return {each.name for each in (await answered(call)).resources}

    lab.start()
    assert lab.run(ask()) == {"shop.shop"}


@pytest.mark.parametrize(
    ("node", "code", "reason"),
    [
        ("shop-v1-0.shop", grpc.StatusCode.PERMISSION_DENIED, Reason.WRONG_IDENTITY),
        ("nobody.shop", grpc.StatusCode.NOT_FOUND, Reason.UNKNOWN_NODE),
        ("", grpc.StatusCode.INVALID_ARGUMENT, Reason.NO_NODE),
        (None, grpc.StatusCode.INVALID_ARGUMENT, Reason.NO_NODE),
    ],
)
def test_a_node_id_that_lies_or_is_unknown_is_refused_and_counted(
    lab: Any, node: str | None, code: grpc.StatusCode, reason: Reason
) -> None:
    async def ask() -> tuple[grpc.StatusCode, str]:
        async with stream(lab) as call:
            await call.write(request(node=node))
            return await refusal(call)

    lab.start()
    found, details = lab.run(ask())
    assert (found, lab.ads.board.counts.refused) == (code, {reason: 1})
    assert lab.ads.board.refused[0].detail == details
    if reason is Reason.WRONG_IDENTITY:
        assert "says spiffe://lab.example/ns/shop/sa/gateway, not spiffe://lab.example/ns/shop/sa/shop" in details
    assert lab.ads.board.streams == 0


def test_a_certificate_of_another_authority_gets_no_connection(lab: Any) -> None:
    async def ask() -> grpc.StatusCode:
        async with stream(lab, "stranger") as call:
            try:
                await call.write(request(node=GATEWAY))
            except grpc.aio.AioRpcError as error:
                return error.code()
            return (await refusal(call))[0]

    stranger = Authority("stranger", now=datetime.now(UTC))
    stranger.issue("gateway", uris=["spiffe://lab.example/ns/shop/sa/gateway"]).write(
        lab.directory / "certificates" / "stranger"
    )
    lab.start()
    assert lab.run(ask()) is grpc.StatusCode.UNAVAILABLE
    assert not lab.ads.board.counts.refused


def test_what_is_no_request_ends_the_stream(lab: Any) -> None:
    async def ask() -> grpc.StatusCode:
        async with stream(lab) as call:
            await call.write(request(node=GATEWAY))
            await answered(call)
            await call.write(b"\xff\xff\xff")
            return (await refusal(call))[0]

    lab.start()
    assert lab.run(ask()) is grpc.StatusCode.INVALID_ARGUMENT
    assert lab.ads.board.counts.refused == {Reason.MALFORMED: 1}


def test_a_flood_of_streams_is_refused_and_others_are_served(lab: Any) -> None:
    async def flood() -> list[grpc.StatusCode]:
        codes = []
        for _ in range(30):
            async with stream(lab) as call:
                await call.write(request(node=GATEWAY))
                try:
                    await answered(call)
                except grpc.aio.AioRpcError as error:
                    codes.append(error.code())
        async with stream(lab, "shop") as other:
            await other.write(request(node="shop-v1-0.shop"))
            await answered(other)
        return codes

    lab.start()
    codes = lab.run(flood())
    assert codes
    assert set(codes) == {grpc.StatusCode.RESOURCE_EXHAUSTED}


def test_a_flood_of_messages_is_read_slowly(lab: Any) -> None:
    async def flood() -> None:
        async with stream(lab) as call:
            await call.write(request(node=GATEWAY))
            await answered(call)
            for _ in range(100):
                await call.write(request(Kind.ROUTES))
            await asyncio.to_thread(lab.until, lambda: lab.ads.board.counts.throttled)

    lab.start(limits={"messages_per_node_burst": 20, "messages_per_node_per_second": 1})
    lab.run(flood())
    assert lab.ads.board.streams <= 1


def test_a_proxy_that_refuses_is_shown_with_its_words(lab: Any) -> None:
    async def refuse() -> None:
        async with stream(lab) as call:
            await call.write(request(node=GATEWAY))
            response = await answered(call)
            detail = {"code": 13, "message": "bad\x1b[31m cluster"}
            await call.write(request(response_nonce=response.nonce, error_detail=detail))
            await asyncio.to_thread(lab.until, lambda: lab.ads.board.counts.nacks)
            state = lab.ads.board.get(GATEWAY)
            assert (state.standing.value, state.rejections[0].api) == ("rejected", "CDS")
            assert state.last_rejection.error == "bad\x1b[31m cluster"

    lab.start()
    lab.run(refuse())


def test_a_restarted_server_sends_nothing_to_proxies_that_have_it_already(lab: Any) -> None:
    async def have() -> dict[str, str]:
        async with stream(lab) as call:
            await call.write(request(node=GATEWAY))
            return {each.name: each.version for each in (await answered(call)).resources}

    async def come_back(versions: dict[str, str], expect: Callable[[], bool]) -> None:
        async with stream(lab) as call:
            await call.write(request(node=GATEWAY, initial_resource_versions=versions))
            await call.write(request(Kind.ENDPOINTS, resource_names_subscribe=["shop.shop"]))
            assert (await answered(call)).type_url == Kind.ENDPOINTS.type_url
            assert expect()

    lab.start()
    versions = lab.run(have())
    lab.stop()
    lab.start()
    lab.run(come_back(versions, lambda: lab.ads.board.counts.pushes["CDS"] == 0))


def test_a_wrong_mesh_file_changes_nothing_and_says_why(lab: Any) -> None:
    lab.start()
    wanted = lab.state("gateway").wanted
    good = lab.mesh_file.read_text()
    lab.mesh_file.write_text(good.replace("sampling_percent: 0", "sampling_percent: many"))
    lab.until(lambda: bool(lab.ads.served.faults))
    assert "mesh.yaml" in lab.ads.served.faults[0]
    assert lab.ads.board.get(GATEWAY).wanted == wanted
    lab.mesh_file.write_text(good.replace("sampling_percent: 0", "sampling_percent: 7"))
    lab.until(lambda: not lab.ads.served.faults and lab.ads.board.get(GATEWAY).wanted != wanted)


def test_the_certificate_of_another_is_not_served(lab: Any) -> None:
    lab.start()
    before = lab.state("shop").wanted
    lab.authority.issue("other", uris=["spiffe://lab.example/ns/shop/sa/other"]).write(
        lab.directory / "certificates" / "shop"
    )
    said = "is for spiffe://lab.example/ns/shop/sa/other, not for"
    lab.until(lambda: any(said in fault for fault in lab.ads.served.faults))
    assert lab.state("shop").wanted == before
