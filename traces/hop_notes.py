"""What a reader of a hop should know beyond what its proxies said."""

from meshhub.outcome import is_unreached
from meshhub.quantities import share
from traces.calls import Call, clock_of
from traces.context_breaks import Guesses
from traces.hop_security import note_security
from traces.model import Note
from traces.party_words import short_id
from traces.span_reports import LOG_TYPE
from traces.streams import is_running
from traces.timeline import Timeline

NOTABLE_SKEW_US = 1000


def note_hop(call: Call, timeline: Timeline, request_id: str, guesses: Guesses) -> tuple[Note, ...]:
    """The notes of a hop, in a fixed order."""
    notes = [*_silent(call), *_retried(call), *_evidence(call), *_other_ids(call, request_id, guesses)]
    notes += note_security(call)
    notes += (
        Note("clock-skew", f"The clock of {log.instance or log.service} is off; corrected by {skew / 1000:+.1f} ms.")
        for log in call.reports
        if abs(skew := timeline.correction_us(clock_of(log))) >= NOTABLE_SKEW_US
    )
    return tuple(dict.fromkeys(notes))


def _silent(call: Call) -> list[Note]:
    if call.client is None:
        caller = call.servers[0].source_service or "the caller"
        return [Note("client-silent", f"Nothing from the proxy of {caller}: seen only by the callee's proxy.")]
    if call.servers or call.client.destination_kind != "service":
        return []
    callee = call.client.destination_service
    if not is_unreached(call.client.response_flags):
        return [Note("server-silent", f"Nothing from the proxy of {callee}: seen only by the caller's proxy.")]
    return [Note("not-reached", f"The request never reached {callee}.")]


def _retried(call: Call) -> list[Note]:
    if call.client is None or call.client.request_attempts <= 1:
        return []
    attempts, seen = call.client.request_attempts, len(call.servers)
    return [Note("retried", f"Tried {attempts} times; the callee's proxy reported {seen} of the attempts.")]


def _evidence(call: Call) -> list[Note]:
    notes = []
    if any(log.log_type == LOG_TYPE for log in call.reports):
        notes.append(Note("from-span", "A proxy sent a span of this call but no access log."))
    if any(is_running(log) for log in call.reports):
        notes.append(Note("running", "The call had not ended when its proxy last reported it."))
    return notes


def _other_ids(call: Call, request_id: str, guesses: Guesses) -> list[Note]:
    others = sorted({log.request_id for log in call.reports} - {request_id})
    certainty = min((guesses[other] for other in others if other in guesses), default=None)
    named = ", ".join(short_id(other) or "none" for other in others)
    if certainty is not None:
        text = f"A guess ({share(certainty)} sure): it carries another request id ({named}) and no trace id of this"
        return [Note("guessed", f"{text} request, and was made by the same instance at the same time.")]
    if not others:
        return []
    return [Note("other-request-id", f"Found by its trace: it carries another request id ({named}).")]
