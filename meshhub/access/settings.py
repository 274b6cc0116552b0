"""The `access` section of the settings: who may use the pages and the API."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from meshhub.configuration import Section
from meshhub.principal import Role
from meshhub.secret import Secret

TENANT = r"^[A-Za-z0-9._-]{1,64}$"


def _checked_issuer(text: str) -> str:
    if not text.startswith("https://") and not text.startswith(
        ("http://127.0.0.1", "http://localhost", "http://[::1]")
    ):
        raise ValueError("expected an https:// URL; http:// only on this machine's loopback")
    return text.rstrip("/")


class AccessTokenSettings(Section):
    """A token that lets scripts and people in, written in the settings. Tokens can also be made while the hub runs:
    `meshhub token create`."""

    name: str = Field(min_length=1, max_length=64, description="Who it is for, in the audit log.")
    token: Secret | None = Field(default=None, description="The token itself; give this or `token_file`.")
    token_file: Path | None = Field(default=None, description="A file that holds the token; read when the hub starts.")
    role: Role = Field(default=Role.VIEWER, description="viewer, operator or admin.")
    tenant: str | None = Field(default=None, pattern=TENANT, description="Sees this tenant's data only; null: all.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.token is None) == (self.token_file is None):
            raise ValueError("give exactly one of token and token_file")
        return self


class OidcSettings(Section):
    """Login by OpenID Connect (authorization code flow with PKCE)."""

    issuer: Annotated[str, AfterValidator(_checked_issuer)] = Field(
        description="The provider's issuer; its /.well-known/openid-configuration says the rest."
    )
    client_id: str = Field(min_length=1, description="This hub's client id at the provider.")
    client_secret: Secret | None = Field(default=None, description="Its secret; null for a public client.")
    client_secret_file: Path | None = Field(default=None, description="A file that holds the secret.")
    scopes: tuple[str, ...] = Field(default=("openid", "profile", "email"), description="Scopes that are asked for.")
    name_claim: str = Field(default="email", description="Claim of the id token with the name for the audit log.")
    role_claim: str = Field(default="groups", description="Claim with the groups or roles of who logs in.")
    roles: dict[str, Role] = Field(
        default_factory=dict, description="Role of each value of the role claim; the highest of them counts."
    )
    default_role: Role | None = Field(
        default=None, description="Role of those that have none by `roles`; null: they are not let in."
    )
    tenant_claim: str | None = Field(
        default=None, description="Claim with the one tenant whose data is seen; null: everybody sees all tenants."
    )
    ca_file: Path | None = Field(default=None, description="Authorities of the provider's certificate, PEM.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.client_secret is not None and self.client_secret_file is not None:
            raise ValueError("give one of client_secret and client_secret_file")
        if not self.roles and self.default_role is None:
            raise ValueError("nobody would be let in: give roles or default_role")
        if "openid" not in self.scopes:
            raise ValueError('scopes must have "openid"')
        return self


class AccessSettings(Section):
    """Who may use the pages and the API. Without any of this: whoever is on this machine, if the web address is a
    loopback one; else a token for an administrator is made at the first start and printed once."""

    tokens: tuple[AccessTokenSettings, ...] = Field(default=(), description="Tokens of scripts and people.")
    oidc: OidcSettings | None = None
    session_hours: float = Field(default=12, gt=0, le=720, description="How long a login lasts.")
    session_key_file: Path | None = Field(
        default=None,
        description="A file with the key that sessions are signed with, at least 32 bytes: the same for all web "
        "processes of one hub. Without it, a key in the data directory is made.",
    )
    logins_per_minute: int = Field(default=10, ge=1, le=1000, description="Failed logins of one address per minute.")
    requests_per_second: float = Field(
        default=100, gt=0, description="API requests and page updates of one user per second, on average."
    )
