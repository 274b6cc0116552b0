"""A page of another site cannot have a visitor's browser change anything; what is no browser can."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from meshhub.web.origins import OriginCheck


async def done(_: Request) -> Response:
    return PlainTextResponse("done")


def ask(method: str, headers: dict[str, str]) -> int:
    app = OriginCheck(Starlette(routes=[Route("/", done, methods=["GET", "POST", "DELETE"])]))

    async def send() -> int:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub:8080") as client:
            return (await client.request(method, "/", headers=headers)).status_code

    return asyncio.run(send())


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://hub:8080", "sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://hub:9090"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://hub:8080", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_who_may_change_something(method: str, headers: dict[str, str], status: int) -> None:
    assert ask(method, headers) == status


def test_reading_is_for_every_page_that_the_browser_lets() -> None:
    assert ask("GET", {"origin": "http://evil.example", "sec-fetch-site": "cross-site"}) == 200
