"""The demo's control port: a small HTTP API by which `meshhub demo fault` reaches the running demo.

It listens on the loopback interface and answers only to the token in the state file, which only its owner can read.
"""

from collections.abc import Awaitable, Callable, Sequence

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from meshhub.demo.faults import Fault, FaultKind, FaultSwitch
from meshhub.demo.workdir import DemoState
from meshhub.errors import MeshhubError, NotFound
from meshhub.secret import Secret

CLIENT_SECONDS = 30.0


def control_app(faults: FaultSwitch, token: Secret) -> Starlette:
    """The HTTP API: GET and DELETE /faults, PUT and DELETE /faults/{kind}/{service}.

    Every request is answered with the faults that are on afterwards.
    """

    async def listing(_: Request) -> Response:
        return _faults(faults.active)

    async def clear(_: Request) -> Response:
        await faults.clear()
        return _faults(faults.active)

    async def change(request: Request) -> Response:
        try:
            kind = FaultKind(request.path_params["kind"])
        except ValueError:
            return JSONResponse({"error": f"could not switch {request.path_params['kind']}: no such fault"}, 404)
        try:
            await faults.switch(Fault(kind, request.path_params["service"]), on=request.method == "PUT")
        except NotFound as error:
            return JSONResponse({"error": str(error)}, 404)
        return _faults(faults.active)

    def guarded(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def guard(request: Request) -> Response:
            scheme, _, candidate = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token.matches(candidate):
                return JSONResponse({"error": "could not do this: the token is wrong"}, 401)
            return await endpoint(request)

        return guard

    return Starlette(
        routes=[
            Route("/faults", guarded(listing), methods=["GET"]),
            Route("/faults", guarded(clear), methods=["DELETE"]),
            Route("/faults/{kind}/{service}", guarded(change), methods=["PUT", "DELETE"]),
        ]
    )


class ControlClient:
    """Speaks to the control port of a running demo.

    Every method returns the faults that are on afterwards, sorted.

    Raises:
        NotFound: the demo has no such fault or service.
        MeshhubError: the demo cannot be reached or refused.
    """

    def __init__(self, state: DemoState) -> None:
        self._state = state

    def faults(self) -> list[Fault]:
        return self._send("GET", "/faults")

    def clear(self) -> list[Fault]:
        return self._send("DELETE", "/faults")

    def switch(self, fault: Fault, *, on: bool) -> list[Fault]:
        return self._send("PUT" if on else "DELETE", f"/faults/{fault.kind}/{fault.service}")

    def _send(self, method: str, path: str) -> list[Fault]:
        try:
            answer = httpx.request(
                method,
                f"{self._state.control_url}{path}",
                headers={"authorization": f"Bearer {self._state.token}"},
                timeout=CLIENT_SECONDS,
                trust_env=False,
            )
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise MeshhubError(f"could not reach the demo (process {self._state.pid}): {error}") from error
        if answer.is_success:
            return [Fault(FaultKind(entry["kind"]), entry["service"]) for entry in content["faults"]]
        raise (NotFound if answer.status_code == 404 else MeshhubError)(content["error"])


def _faults(active: Sequence[Fault]) -> Response:
    return JSONResponse({"faults": [{"kind": fault.kind.value, "service": fault.service} for fault in active]})
