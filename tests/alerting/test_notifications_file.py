"""The notifications file: what is read of a good one, and every fault of a bad one with its line."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerting.heartbeat import HEARTBEAT
from alerting.routing.loading import load_notifications, read_notifications
from alerting.routing.model import routes_of
from meshhub.errors import ConfigurationError

GOOD = """
external_url: https://hub.example/
receivers:
  - name: ops
    pagerduty: [{routing_key: top-secret-key}]
    slack:
      - url: https://hooks.slack.example/top-secret-key
      - url: https://hooks.slack.example/other
  - name: shop
    email: [{to: [shop@example.com], sender: hub@example.com, host: mail.example.com}]
  - name: deadman
    webhook: [{url: "https://deadman.example/top-secret-key", template: "{{ status }}"}]
route:
  receiver: ops
  group_by: [service]
  group_wait: 5s
  repeat_interval: 1h
  routes:
    - matchers: ['team="shop"']
      receiver: shop
      mute_times: [nights]
      continue: true
    - matchers: ['severity=~"page|critical"']
inhibit_rules:
  - source_matchers: ['severity="page"']
    target_matchers: ['severity="ticket"']
    equal: [service]
mute_times:
  - name: nights
    zone: Europe/Berlin
    weekdays: [monday, friday]
    start: "22:00"
    end: "06:00"
heartbeat: {receiver: deadman, every: 30s}
"""


def test_a_good_file_is_read_whole() -> None:
    found = read_notifications(GOOD, lambda: 0.0)
    assert found.routing.channels == {
        "ops": ["pagerduty", "slack", "slack-2"],
        "shop": ["email"],
        "deadman": ["webhook"],
    }
    root = found.routing.root
    assert (root.receiver, root.group_by, root.group_wait) == ("ops", ("service",), timedelta(seconds=5))
    team, page = routes_of(root, {"team": "shop", "severity": "page"})
    assert (team.receiver, page.receiver) == ("shop", "ops")
    assert (team.group_wait, page.repeat_interval) == (timedelta(seconds=5), timedelta(hours=1))
    assert team.mute_times[0].weekdays == (0, 4)
    (beat,) = routes_of(root, {"alertname": HEARTBEAT})
    assert (beat.receiver, beat.repeat_interval, beat.group_wait) == ("deadman", timedelta(seconds=30), timedelta(0))
    assert found.routing.inhibition[0].equal == ("service",)
    assert "top-secret-key" not in repr(found)


def test_secrets_come_from_files(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("from-a-file\n")
    file = tmp_path / "notifications.yaml"
    file.write_text(
        f"receivers: [{{name: ops, pagerduty: [{{routing_key_file: {secret}}}]}}]\nroute: {{receiver: ops}}\n"
    )
    channel = load_notifications(file, lambda: 0.0).channels["ops", "pagerduty"]
    assert getattr(channel, "routing_key").reveal() == "from-a-file"  # noqa: B009 - the channel's own field


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("receiver: shop\n", "receiver: nobody\n", "route.routes[0]: there is no receiver nobody"),
        ("  receiver: ops\n", "", "route: the root needs a receiver"),
        ("name: shop", "name: ops", "receivers: ops is there twice"),
        ("[nights]", "[days]", "route.routes[0]: there is no mute time days"),
        ("team=", "team", "could not read the matcher"),
        ("page|critical", "page|(", "could not read the pattern"),
        ("5s", "soon", "route.group_wait"),
        ("https://hooks.slack.example/other", "ftp://x/top-secret-key", "must be an http:// or https:// URL"),
        ("https://hub.example/", "hub", "external_url"),
        ("Europe/Berlin", "Mars/Base", "there is no time zone Mars/Base"),
        ('"22:00"', "2200", "a time of day is written in quotes"),
        ("routing_key: top", "routing_key_file: /nowhere/top", "routing_key_file: cannot be read"),
        ("routing_key: top-secret-key", "key: top-secret-key", "unknown key"),
        ("{{ status }}", "{{ status", "could not read the template"),
        ("weekdays: [monday", "weekdays: [someday", "weekdays"),
        ("continue: true", "goes_on: true", "unknown key"),
        ("receiver: deadman", "receiver: none", "heartbeat: there is no receiver none"),
    ],
)
def test_a_fault_is_said_with_its_place_and_without_secrets(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError) as refused:
        read_notifications(GOOD.replace(old, new), lambda: 0.0)
    assert fault in str(refused.value)
    assert "top-secret-key" not in str(refused.value).replace("/nowhere/top-secret-key", "")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ConfigurationError):
        read_notifications(text, lambda: 0.0)
