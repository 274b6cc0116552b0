"""The state machine of the protocol, in both variants, against clients that check what they get."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoy_config.ads.api import message_class
from envoy_config.ads.channel import RETRY_SECONDS, Response
from envoy_config.ads.conversation import ENDPOINTS_SECONDS, Conversation
from envoy_config.ads.kinds import Kind
from envoy_config.ads.requests import DeltaRequest, SotwRequest
from envoy_config.ads.snapshot import Snapshot, make_snapshot
from meshhub.testing.ads_clients import (
    DELTA,
    DeltaClient,
    PureClient,
    SotwClient,
    cluster,
    endpoints,
    listener,
    routes,
    shown,
    wanted,
    world,
)

CLIENTS = pytest.mark.parametrize("client_class", [SotwClient, DeltaClient])
ClientClass = type[PureClient]


def started(client_class: ClientClass, *clusters: str) -> PureClient:
    client = client_class(Conversation(world(*clusters)))
    client.start()
    client.run()
    return client


def removed(response: Response) -> list[str]:
    return list(message_class(DELTA).FromString(response.data).removed_resources)


@CLIENTS
def test_a_new_client_gets_everything_in_the_order_of_use(client_class: ClientClass) -> None:
    client = started(client_class, "a", "b")
    assert shown(client) == wanted(world("a", "b"))
    assert client.received.index(Kind.CLUSTER) < client.received.index(Kind.ENDPOINTS)
    assert client.received.index(Kind.LISTENER) < client.received.index(Kind.ROUTES)


@CLIENTS
def test_nothing_is_sent_twice(client_class: ClientClass) -> None:
    client = started(client_class, "a")
    client.conversation.aim(world("a"))
    assert client.conversation.next(1.0) == []


@CLIENTS
def test_a_change_is_made_before_what_it_replaces_is_broken(client_class: ClientClass) -> None:
    client = started(client_class, "old")
    client.received.clear()
    client.conversation.aim(world("new"))
    client.run()
    assert shown(client) == wanted(world("new"))
    assert client.received[:4] == [Kind.CLUSTER, Kind.ENDPOINTS, Kind.ROUTES, Kind.CLUSTER]


@CLIENTS
def test_a_change_of_routes_alone_sends_only_routes(client_class: ClientClass) -> None:
    client = started(client_class, "a", "b")
    client.received.clear()
    rest = [listener("in", "r"), *(make for name in "ab" for make in (cluster(name), endpoints(name)))]
    client.conversation.aim(make_snapshot("n", "s", [*rest, routes("r", "b")]))
    client.run()
    assert client.received == [Kind.ROUTES]


@CLIENTS
def test_the_endpoints_of_a_changed_cluster_come_once_more(client_class: ClientClass) -> None:
    client = started(client_class, "a", "b")
    client.received.clear()
    client.conversation.aim(world("a", "b", timeout=2))
    client.run()
    assert client.received == [Kind.CLUSTER, Kind.ENDPOINTS]


@CLIENTS
def test_a_client_that_comes_back_gets_only_what_changed(client_class: ClientClass) -> None:
    client = started(client_class, "a", "b")
    client.conversation = Conversation(world("a", "b", port=81))
    client.received.clear()
    if isinstance(client, SotwClient):
        client.nonces.clear()
        for kind in (Kind.CLUSTER, Kind.ENDPOINTS, Kind.LISTENER, Kind.ROUTES):
            client.send(kind)
    if isinstance(client, DeltaClient):
        for kind in (Kind.CLUSTER, Kind.ENDPOINTS, Kind.LISTENER, Kind.ROUTES):
            names = tuple(client.wants[kind])
            client.conversation.receive(DeltaRequest(kind.type_url, names, initial=client.versions[kind]), 0.0)
    client.run()
    assert client.received == [Kind.ENDPOINTS]
    assert shown(client) == wanted(world("a", "b", port=81))


@CLIENTS
def test_a_refusal_is_told_with_the_clients_words_and_not_repeated_until_later(client_class: ClientClass) -> None:
    client = started(client_class, "a")
    client.conversation.aim(world("a", note="bad"))
    [response] = client.conversation.next(0.0)
    client.take(response, error="no such thing")
    assert client.conversation.next(1.0) == []
    assert client.conversation.wake_at(1.0) == RETRY_SECONDS
    [again] = client.conversation.next(RETRY_SECONDS)
    assert again.version == response.version
    client.now = RETRY_SECONDS
    client.take(again, error="still not")
    assert client.conversation.wake_at(RETRY_SECONDS) == RETRY_SECONDS * 3
    client.conversation.aim(world("a", note="good"))
    client.run()
    assert shown(client) == wanted(world("a", note="good"))


@CLIENTS
def test_routes_wait_while_clusters_are_refused_and_what_is_used_is_kept(client_class: ClientClass) -> None:
    client = started(client_class, "old")
    client.conversation.aim(world("new"))
    [response] = client.conversation.next(0.0)
    client.take(response, error="no")
    assert client.conversation.next(1.0) == []
    assert shown(client) == wanted(world("old"))


@CLIENTS
def test_listeners_and_routes_wait_for_a_client_to_ask_for_new_endpoints_but_not_for_ever(
    client_class: ClientClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = started(client_class, "a")
    monkeypatch.setattr(client, "follow", print)
    client.conversation.aim(world("a", "b"))
    [response] = client.conversation.next(1.0)
    client.take(response)
    assert client.conversation.next(1.0) == []
    assert [r.kind for r in client.conversation.next(1.0 + ENDPOINTS_SECONDS)] == [Kind.ROUTES]


def test_a_stale_request_is_ignored() -> None:
    client = started(SotwClient, "a", "b")
    assert isinstance(client, SotwClient)
    old = client.nonces[Kind.ENDPOINTS]
    client.conversation.aim(world("a", "b", port=81))
    [response] = client.conversation.next(0.0)
    stale = SotwRequest(Kind.ENDPOINTS.type_url, ("a",), old, "", "too late")
    assert client.conversation.receive(stale, 0.0) is None
    client.take(response)
    assert shown(client) == wanted(world("a", "b", port=81))


def test_no_names_means_all_until_a_name_was_given() -> None:
    conversation = Conversation(world("a", "b"))
    conversation.receive(SotwRequest(Kind.CLUSTER.type_url), 0.0)
    [everything] = conversation.next(0.0)
    assert set(everything.sent) == {"a", "b"}
    conversation.receive(SotwRequest(Kind.CLUSTER.type_url, ("a",), everything.nonce, everything.version), 0.0)
    conversation.receive(SotwRequest(Kind.CLUSTER.type_url, (), everything.nonce, everything.version), 0.0)
    conversation.aim(world("a", "b", timeout=2))
    assert conversation.next(0.0) == []


def test_a_name_that_is_asked_for_again_is_sent_again() -> None:
    conversation = Conversation(world("a"))
    conversation.receive(DeltaRequest(Kind.ENDPOINTS.type_url, ("a",)), 0.0)
    [first] = conversation.next(0.0)
    conversation.receive(DeltaRequest(Kind.ENDPOINTS.type_url, nonce=first.nonce), 0.0)
    conversation.receive(DeltaRequest(Kind.ENDPOINTS.type_url, ("a",)), 0.0)
    [second] = conversation.next(0.0)
    assert second.sent == first.sent


def test_a_client_is_told_what_does_not_exist_and_when_it_does() -> None:
    conversation = Conversation(world("a"))
    conversation.receive(DeltaRequest(Kind.ENDPOINTS.type_url, ("ghost",)), 0.0)
    [absent] = conversation.next(0.0)
    assert removed(absent) == ["ghost"]
    conversation.receive(DeltaRequest(Kind.ENDPOINTS.type_url, nonce=absent.nonce), 0.0)
    assert conversation.next(0.0) == []
    conversation.aim(world("a", "ghost"))
    [present] = conversation.next(0.0)
    assert set(present.sent) == {"ghost"}


def test_a_type_that_is_not_served_is_ignored() -> None:
    conversation = Conversation(world("a"))
    assert conversation.receive(DeltaRequest("type.googleapis.com/envoy.unknown.Thing", ("x",)), 0.0) is None
    assert conversation.next(0.0) == []


WORLDS = st.tuples(st.sampled_from("abc"), st.integers(1, 2), st.integers(80, 81), st.sampled_from("xy"))


def made(drawn: tuple[str, int, int, str]) -> Snapshot:
    name, timeout, port, note = drawn
    return world("always", name, timeout=timeout, port=port, note=note)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("aim"), WORLDS),
        st.tuples(st.just("send"), st.none()),
        st.tuples(st.just("take"), st.none()),
        st.tuples(st.just("refuse"), st.none()),
        st.tuples(st.just("stale"), st.sampled_from(list(Kind))),
        st.tuples(st.just("return"), st.none()),
    ),
    max_size=25,
)


@CLIENTS
@settings(max_examples=60, deadline=None)
@given(steps=STEPS, last=WORLDS)
def test_whatever_happens_in_whatever_order_the_client_ends_with_what_it_should_have(
    client_class: ClientClass, steps: list[tuple[str, Any]], last: Any
) -> None:
    client = client_class(Conversation(world("always")))
    client.start()
    waiting: list[Response] = []
    since = 0
    for step, detail in steps:
        client.now += 0.1
        match step:
            case "aim":
                client.conversation.aim(made(detail))
            case "send":
                waiting += client.conversation.next(client.now)
                kinds = [response.kind for response in waiting]
                assert len(set(kinds)) == len(kinds), "two responses of a kind are under way"
            case "take" if waiting:
                client.take(waiting.pop(0))
            case "refuse" if waiting:
                client.take(waiting.pop(0), error="because")
            case "stale":
                if client_class is SotwClient and detail in client.received[since:]:
                    client.conversation.receive(SotwRequest(detail.type_url, ("x",), "stale"), client.now)
            case "return":
                waiting.clear()
                since = len(client.received)
                comes_back(client)
    for response in waiting:
        client.take(response)
    client.now += 10_000
    client.conversation.aim(made(last))
    client.run()
    client.now += 10_000
    client.run()
    assert shown(client) == wanted(made(last))


def comes_back(client: PureClient) -> None:
    """Go on on a new stream."""
    client.conversation = Conversation(client.conversation.target)
    if isinstance(client, SotwClient):
        client.nonces.clear()
        # The state of the world cannot leave out what the server has no more: such clusters go at once.
        client.refused |= client.has[Kind.CLUSTER].keys()
    client.start()
    for kind in (Kind.ENDPOINTS, Kind.ROUTES):
        if not client.wants[kind]:
            continue
        if isinstance(client, DeltaClient):
            request = DeltaRequest(kind.type_url, tuple(client.wants[kind]), initial=dict(client.versions[kind]))
            client.conversation.receive(request, client.now)
        else:
            client.ask(kind)
