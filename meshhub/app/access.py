"""Access in the hub: whether everybody has to say who they are, and the gate and the pages made for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from fastapi import APIRouter
from starlette.types import ASGIApp

from meshhub.access.authenticator import Authenticator
from meshhub.access.control import AccessControl, Gate
from meshhub.access.ledger import FILE, AccessLedger
from meshhub.access.login import Door, create_login_router, create_me_router
from meshhub.access.oidc import Oidc
from meshhub.access.rates import Rates
from meshhub.access.sessions import Sessions, session_key
from meshhub.access.tokens import Scope
from meshhub.clock import Clock
from meshhub.secret import Secret
from meshhub.settings import Settings
from meshhub.settings.exposure import jaeger_needs_tokens, web_is_guarded
from meshhub.web.application import Core
from storage.shared.log import Log

MAX_TENANTS = 64
BURST_SECONDS = 5.0
FIRST_TOKEN = "first administrator"  # noqa: S105 - its name


class Access:
    """Everything about access that one hub has. Thread-safe."""

    def __init__(self, settings: Settings, clock: Clock, log: Log | None = None) -> None:
        """Open the ledger, read tokens and keys. `log` is what other processes of the hub follow, too.

        Raises:
            ConfigurationError: a token, key or secret of the settings cannot be used.
            MeshhubError: the ledger or the key of the data directory cannot be had.
        """
        own = settings.access
        self.required = web_is_guarded(settings)
        self.ledger = AccessLedger(settings.data_dir / FILE, log)
        self.authenticator = Authenticator.from_settings(own, self.ledger, clock)
        self._jaeger_is_guarded = jaeger_needs_tokens(settings) and not settings.insecure
        self._clock = clock
        self._may_be_locked_out = self.required and not own.tokens and own.oidc is None
        sessions = Sessions(session_key(own.session_key_file, settings.data_dir), own.session_hours)
        failures = Rates(own.logins_per_minute / 60, own.logins_per_minute, clock)
        self._oidc = None if own.oidc is None else Oidc(own.oidc)
        self._door = Door(self.authenticator, sessions, self.ledger, failures, clock, self._oidc)
        requests = Rates(own.requests_per_second, own.requests_per_second * BURST_SECONDS, clock)
        self._gate = Gate(self.required, self.authenticator, sessions, self.ledger, requests, failures, clock)

    def close(self) -> None:
        if self._oidc is not None:
            self._oidc.close()
        self.ledger.close()

    @property
    def jaeger_lets(self) -> Callable[[str], bool] | None:
        """Whether a token lets somebody ask Jaeger's services over gRPC; None where nobody needs one."""
        return self._reads_everything if self._jaeger_is_guarded else None

    def _reads_everything(self, token: str) -> bool:
        principal = self.authenticator.principal(token)
        return principal is not None and principal.tenant is None

    def first_token(self) -> Secret | None:
        """A token for an administrator where nobody could come in at all without one; shown this once."""
        if not self._may_be_locked_out:
            return None
        self.ledger.follow()
        if any(each.scope is Scope.ADMIN for each in self.ledger.tokens()):
            return None
        _, token = self.ledger.create(FIRST_TOKEN, Scope.ADMIN, None, self._clock.now())
        return token

    def routers(self) -> list[APIRouter]:
        """The pages of logging in, and who one is."""
        return [create_login_router(self._door), create_me_router()]

    def guard(self, app: ASGIApp, tenants: "TenantApplications | None" = None) -> ASGIApp:
        """The gate before the application, and before those of tenants, where they have their own."""
        return AccessControl(app, self._gate, None if tenants is None else tenants.of)


class TenantApplications:
    """One application per tenant that somebody looks at, with caches of its own: nothing is shared but the engine.

    Of more than MAX_TENANTS the one that was not looked at for longest is ended.
    """

    def __init__(self, make: Callable[[str], tuple[Core, Callable[[], None]]]) -> None:
        """`make` makes the application of a tenant, and says how what is behind it is ended."""
        self._make = make
        self._made: OrderedDict[str, tuple[Core, Callable[[], None]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tenant: str) -> ASGIApp:
        """The application of a tenant. Blocks while it is made."""
        with self._lock:
            if tenant not in self._made:
                self._made[tenant] = self._make(tenant)
            self._made.move_to_end(tenant)
            while len(self._made) > MAX_TENANTS:
                _end(self._made.popitem(last=False)[1])
            return self._made[tenant][0].app

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            for made in self._made.values():
                _end(made)
            self._made.clear()


def _end(made: tuple[Core, Callable[[], None]]) -> None:
    core, end = made
    core.close()
    end()
