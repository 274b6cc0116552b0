"""The shop's gRPC service: shop.Pricing/Quote takes a product's key and returns its price.

The messages are the well-known wrappers, so no generated code is needed.
"""

import asyncio
from collections.abc import Callable, Mapping

import grpc
import grpc.aio
from google.protobuf.wrappers_pb2 import DoubleValue, StringValue

from meshhub.demo.ports import LOOPBACK

SERVICE = "shop.Pricing"
METHOD = "Quote"


class PricingService:
    """Serves the service on a loopback port.

    Args:
        delay: draws how long the next answer takes, in seconds.
        fails: draws whether it is UNAVAILABLE instead.
    """

    def __init__(self, delay: Callable[[], float], fails: Callable[[], bool]) -> None:
        self._delay = delay
        self._fails = fails
        self._server = grpc.aio.server()

    async def start(self, port: int = 0) -> int:
        """Listen and return the port. It may be one that a PortPool keeps; 0 lets the system choose."""
        handler = grpc.unary_unary_rpc_method_handler(
            self._quote, request_deserializer=StringValue.FromString, response_serializer=DoubleValue.SerializeToString
        )
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),))
        port = self._server.add_insecure_port(f"{LOOPBACK}:{port}")
        await self._server.start()
        return port

    async def stop(self) -> None:
        await self._server.stop(grace=1)

    async def _quote(self, request: StringValue, context: grpc.aio.ServicerContext) -> DoubleValue:
        await asyncio.sleep(self._delay())
        if self._fails():
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the price list is being changed")
        return DoubleValue(value=float(len(request.value)) + 0.99)


class PricingClient:
    """Asks for prices through the proxy at a loopback port."""

    def __init__(self, port: int, authority: str) -> None:
        options = [("grpc.default_authority", authority), ("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.aio.insecure_channel(f"{LOOPBACK}:{port}", options=options)
        self._quote = self._channel.unary_unary(
            f"/{SERVICE}/{METHOD}",
            request_serializer=StringValue.SerializeToString,
            response_deserializer=DoubleValue.FromString,
        )

    async def quote(self, key: str, headers: Mapping[str, str], *, seconds: float = 5.0) -> float:
        """The price of a product.

        Raises:
            ConnectionError: the call ended with a status that is not OK.
        """
        try:
            price = await self._quote(StringValue(value=key), metadata=tuple(headers.items()), timeout=seconds)
        except grpc.aio.AioRpcError as error:
            raise ConnectionError(f"could not get a price: {error.code().name}: {error.details()}") from error
        return float(price.value)

    async def close(self) -> None:
        await self._channel.close()
