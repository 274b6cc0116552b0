"""Login by OpenID Connect, at a provider that speaks HTTP and signs with real keys."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from meshhub.access import oidc as module
from meshhub.access.oidc import LoginFailed, Oidc
from meshhub.access.settings import OidcSettings
from meshhub.principal import Principal, Role
from meshhub.secret import Secret
from meshhub.testing.openid_provider import CLIENT, OpenIdProvider, openid_provider

REDIRECT = "http://hub.test/login/callback"


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as made:
        yield made


def login_at(provider: OpenIdProvider, **settings: Any) -> Oidc:
    given: dict[str, Any] = {
        "issuer": provider.url,
        "client_id": CLIENT,
        "client_secret": Secret("the-secret-of-the-client"),
        "roles": {"sre": Role.OPERATOR, "staff": Role.VIEWER},
    }
    return Oidc(OidcSettings(**given | settings))


def through(oidc: Oidc, provider: OpenIdProvider) -> Principal:
    """All the way of a browser."""
    location, _ = oidc.begin(REDIRECT, "/ui/")
    back = parse_qs(urlsplit(provider.authorize(location)).query)
    principal, path = oidc.finish(back["state"][0], back["code"][0])
    assert path == "/ui/"
    return principal


def test_who_logs_in_has_the_role_of_their_groups(provider: OpenIdProvider) -> None:
    assert through(login_at(provider), provider) == Principal("ada@example.org", Role.OPERATOR, None, "oidc")
    provider.claims = {"groups": ["staff", "other"]}
    assert through(login_at(provider), provider).role is Role.VIEWER
    provider.claims = {"groups": "sre"}
    assert through(login_at(provider), provider).role is Role.OPERATOR


def test_the_code_is_bound_to_a_verifier_and_the_client(provider: OpenIdProvider) -> None:
    oidc = login_at(provider)
    location, _ = oidc.begin(REDIRECT, "/ui/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    through(oidc, provider)
    (exchange,) = provider.exchanges
    assert exchange["client_secret"] == "the-secret-of-the-client"
    assert exchange["redirect_uri"] == REDIRECT
    challenge = urlsafe_b64encode(hashlib.sha256(exchange["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert len(challenge) == len(asked["code_challenge"]) == 43


def test_a_tenant_comes_from_its_claim_and_must_be_there(provider: OpenIdProvider) -> None:
    provider.claims = {"org": "shop"}
    assert through(login_at(provider, tenant_claim="org"), provider).tenant == "shop"
    provider.claims = {}
    with pytest.raises(LoginFailed, match="no claim 'org'"):
        through(login_at(provider, tenant_claim="org"), provider)


def test_who_has_no_role_is_not_let_in_unless_there_is_one_for_all(provider: OpenIdProvider) -> None:
    provider.claims = {"groups": ["guests"]}
    with pytest.raises(LoginFailed, match="'groups'"):
        through(login_at(provider), provider)
    assert through(login_at(provider, default_role=Role.VIEWER), provider).role is Role.VIEWER


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": None},
        {"iss": "https://elsewhere.test"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_right_lets_nobody_in(provider: OpenIdProvider, claims: dict[str, Any]) -> None:
    provider.claims = claims
    with pytest.raises(LoginFailed):
        through(login_at(provider), provider)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_algorithms_that_anybody_could_sign_with_are_not_taken(provider: OpenIdProvider, algorithm: str) -> None:
    provider.algorithm = algorithm
    with pytest.raises(LoginFailed):
        through(login_at(provider), provider)


def test_a_key_that_is_new_is_fetched(provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    oidc = login_at(provider)
    through(oidc, provider)
    provider.rotate()
    with pytest.raises(LoginFailed):
        through(oidc, provider)  # keys are not fetched again and again for tokens that nobody signed
    monkeypatch.setattr(module, "KEYS_NOT_SOONER_SECONDS", 0.0)
    through(oidc, provider)


def test_a_login_is_finished_once_and_only_here(provider: OpenIdProvider) -> None:
    oidc = login_at(provider)
    location, state = oidc.begin(REDIRECT, "/ui/")
    code = parse_qs(urlsplit(provider.authorize(location)).query)["code"][0]
    oidc.finish(state, code)
    for wrong in (state, "", "made-up"):
        with pytest.raises(LoginFailed, match="not begun here"):
            oidc.finish(wrong, code)


@pytest.mark.parametrize(
    ("status", "content"),
    [(500, b"{}"), (200, b"no json"), (200, b"[]"), (200, b"{}"), (200, b" " * (2 * 1024 * 1024)), (302, b"")],
    ids=["error", "no JSON", "a list", "no token", "endless", "redirect"],
)
def test_a_provider_that_answers_nonsense_lets_nobody_in(provider: OpenIdProvider, status: int, content: bytes) -> None:
    provider.answer = (status, content)
    with pytest.raises(LoginFailed):
        through(login_at(provider), provider)


def test_a_provider_that_does_not_answer_is_told(provider: OpenIdProvider) -> None:
    with pytest.raises(LoginFailed, match="does not answer"):
        login_at(provider, issuer="http://127.0.0.1:9").begin(REDIRECT, "/ui/")


def test_settings_that_would_let_nobody_or_everybody_in_are_refused() -> None:
    for wrong in (
        {"issuer": "http://idp.example.org", "client_id": "x", "default_role": "viewer"},
        {"issuer": "https://idp.example.org", "client_id": "x"},
        {"issuer": "https://idp.example.org", "client_id": "x", "default_role": "viewer", "scopes": ["email"]},
    ):
        with pytest.raises(ValueError, match=r"https|nobody|openid"):
            OidcSettings.model_validate(wrong)
