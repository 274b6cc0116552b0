"""The configuration that was in force when a request went through."""

from datetime import UTC, datetime, timedelta

from dashboard.reads.journey_wiring import IN_FORCE, JUST_CHANGED, with_configuration
from dashboard.reads.wiring import WiringReads
from envoy_config.history.history import History
from envoy_config.history.model import Applied, AppliedDocument, Scope
from meshhub.clock import SystemClock
from meshhub.testing import journeys


def test_a_journey_says_which_configuration_was_in_force_and_what_had_just_changed() -> None:
    journey, wiring, history = journeys.sampled(), WiringReads(SystemClock()), History(":memory:")
    assert with_configuration(journey, wiring) == journey
    wiring.connect(history)
    assert with_configuration(journey, wiring) == journey
    at = datetime.fromtimestamp(journey.start_unix_nano / 1e9, UTC)
    for minutes, scope, author in (
        (-200, Scope("shop", "istio"), "ann"),
        (-5, Scope("shop", "envoy", "ads"), "bob"),
        (-4, Scope("shop", "envoy", "ads", service="somebody else"), "eve"),
        (1, Scope("shop", "istio"), "too late"),
    ):
        documents = (AppliedDocument("a", author),)
        history.record(Applied(scope, documents, author, "because"), at + timedelta(minutes=minutes))
    told = with_configuration(journey, wiring).notes[len(journey.notes) :]
    assert [each.code for each in told] == [JUST_CHANGED, IN_FORCE]
    assert told[0].text.startswith("Configuration v2 of envoy of shop (ads) was in force, since ")
    assert told[0].text.endswith("(5 min before), by bob: because")
