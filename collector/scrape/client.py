"""The HTTP client of scraping and discovery: no redirects, no proxies of the environment, bodies and times bounded."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from collector.admission import Admission
from collector.receivers.http.decompression import decompress
from collector.refusal import Refused
from collector.scrape.settings import ClientSettings
from meshhub.errors import ConfigurationError, Fault, MeshhubError

USER_AGENT = "meshhub"
CONNECT_SECONDS = 5.0


class FetchError(MeshhubError):
    """Something could not be fetched: "could not …: <cause>"."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer, decompressed."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]


def make_client(settings: ClientSettings, *, connections: int = 100) -> httpx.AsyncClient:
    """A client for the servers that these settings are about.

    Raises:
        ConfigurationError: a file of certificates cannot be used.
    """
    headers = {"user-agent": USER_AGENT, "accept-encoding": "gzip"}
    if settings.bearer_token is not None:
        headers["authorization"] = f"Bearer {settings.bearer_token.reveal()}"
    auth = (
        httpx.BasicAuth(settings.username, settings.password.reveal() if settings.password else "")
        if settings.username
        else None
    )
    return httpx.AsyncClient(
        verify=tls_context(settings),
        auth=auth,
        headers=headers,
        follow_redirects=False,
        trust_env=False,
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
    )


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    *,
    seconds: float,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
    server_name: str = "",
    admission: Admission | None = None,
) -> Fetched:
    """GET a URL, all of it, within a time.

    Raises:
        FetchError: there was no whole answer in time, or it is too large. An answer of any status is one.
    """
    extensions = {"sni_hostname": server_name} if server_name else {}
    try:
        async with (
            asyncio.timeout(seconds),
            client.stream("GET", url, headers=dict(headers or {}), extensions=extensions) as response,
        ):
            body = await _read(response, max_bytes, admission)
    except TimeoutError as error:
        raise FetchError(f"could not fetch {url}: it took longer than {seconds:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise FetchError(f"could not fetch {url}: {str(error) or type(error).__name__}") from error
    except Refused as error:
        raise FetchError(f"could not fetch {url}: {error}") from error
    return Fetched(response.status_code, response.headers.get("content-type", ""), body, response.headers)


@asynccontextmanager
async def lines(
    client: httpx.AsyncClient, url: str, *, headers: Mapping[str, str], max_line_bytes: int
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The lines of an answer that goes on, as they come.

    Raises:
        FetchError: the answer is not 200, or breaks off.
    """
    try:
        async with client.stream("GET", url, headers={**headers, "accept-encoding": "identity"}) as response:
            if response.status_code != httpx.codes.OK:
                raise FetchError(f"could not watch {url}: it answers {response.status_code}")
            yield _lines(response, max_line_bytes)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        raise FetchError(f"could not watch {url}: {str(error) or type(error).__name__}") from error


async def _lines(response: httpx.Response, max_bytes: int) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in response.aiter_raw():
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > max_bytes:
            raise FetchError(f"could not watch {response.url}: a line is longer than {max_bytes} bytes")
        for line in whole:
            yield line


async def _read(response: httpx.Response, max_bytes: int, admission: Admission | None) -> bytes:
    coding = response.headers.get("content-encoding", "").strip().lower()
    pieces: list[bytes] = []
    held = 0
    try:
        async for piece in response.aiter_raw():
            if admission is not None:
                admission.take(len(piece))
            held += len(piece)
            if held > max_bytes:
                raise FetchError(f"could not fetch {response.url}: its body is larger than {max_bytes} bytes")
            pieces.append(piece)
    finally:
        if admission is not None:
            admission.give(held)
    body = b"".join(pieces)
    if coding in ("", "identity"):
        return body
    if coding != "gzip":
        raise FetchError(f'could not fetch {response.url}: its content-encoding "{coding[:20]}" was not asked for')
    return decompress(coding, body, max_bytes)


def tls_context(settings: ClientSettings) -> ssl.SSLContext:
    """What the client trusts and shows.

    Raises:
        ConfigurationError: a file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except OSError as error:  # ssl.SSLError is one
        files = [str(file) for file in (settings.ca_file, settings.cert_file, settings.key_file) if file]
        reason = f"could not use the certificates: {error.strerror or error}"
        raise ConfigurationError("the settings", [Fault(", ".join(files), None, reason)]) from error
    if settings.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
