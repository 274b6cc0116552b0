"""What a reader should know of how a connection was secured, where that is not mutual TLS."""

from meshhub.outcome import is_unreached
from storage.records.access_logs import AccessLog
from traces.calls import Call, is_server
from traces.model import Note

_WEAK = ("plaintext", "tls")


def note_security(call: Call) -> list[Note]:
    """Plaintext and one-sided TLS between workloads in words; two proxies that do not agree."""
    if call.client is not None and is_unreached(call.client.response_flags):
        return []
    said = {log.security for log in call.reports if log.security in ("mtls", *_WEAK)}
    if len(said) > 1 and call.client is not None:
        client = call.client.security
        text = (
            f"The two proxies do not agree how the connection was secured: the caller's says {client}, the callee's "
            f"{call.servers[-1].security}. Something between them ends TLS, or two reports were taken for one call."
        )
        return [Note("security-disagrees", text)]
    security = min(said, default="")
    if security not in _WEAK or not _between_workloads(call):
        return []
    log = call.servers[-1] if call.servers else call.reports[0]
    return [_plaintext(log) if security == "plaintext" else _one_sided(log)]


def _between_workloads(call: Call) -> bool:
    """Traffic from outside the mesh and to outside of it has no identities of the mesh."""
    first = call.reports[0]
    return first.source_service != "" and (bool(call.servers) or first.destination_kind == "service")


def _plaintext(log: AccessLog) -> Note:
    text = "The call went in plaintext: nothing proves who called, and the network can read and change it."
    if is_server(log):
        text += f" {log.service} accepts plaintext (permissive); STRICT mutual TLS would have refused it."
    return Note("plaintext", text)


def _one_sided(log: AccessLog) -> Note:
    callee = log.service if is_server(log) else log.destination_service
    return Note(
        "one-sided-tls", f"TLS without a certificate of the caller: {callee} cannot know who called it (permissive)."
    )
