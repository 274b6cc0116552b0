"""Why the calls of an edge are not all mutual TLS, in words."""

from meshhub.model import Reporter
from topology.draft import EdgeDraft
from topology.enrich.encryption import MUTUAL, UNKNOWN
from topology.identity import SERVICE, Directory
from topology.model import Evidence, Note


def explain_security(edge: EdgeDraft, directory: Directory) -> Note | None:
    """The reason, of what most of the other requests are; None where all whose security is known are mutual TLS."""
    encryption = edge.headline.encryption
    if encryption.mtls_share == 1.0 or not edge.headline.report.requests:
        return None
    if encryption.mtls_share is None:
        return _unknown(edge)
    if edge.headline.report.tls_reasons:
        return _by_stats(edge)
    others = {name: count for name, count in encryption.by_security.items() if name not in (MUTUAL, UNKNOWN)}
    worst = max(others, key=lambda name: others[name])
    return _one_sided(edge) if worst == "tls" else _plaintext(edge, directory)


def _unknown(edge: EdgeDraft) -> Note:
    side = edge.headline
    if edge.measured_by is Evidence.SPAN:
        text = "Measured from spans, which do not say how connections were secured."
    elif edge.measured_by is Evidence.STATS:
        text = "The proxies' stats do not say how these connections were secured."
    elif side.reporter is Reporter.CLIENT and side.unreached == side.report.requests:
        text = "None of these requests got a connection, so there is nothing to secure."
        return Note("security-no-connection", text)
    else:
        text = "The proxies' access logs do not say how these connections were secured."
    return Note("security-not-reported", text)


def _by_stats(edge: EdgeDraft) -> Note:
    """Meshes that have a reason in their stats (Linkerd) know it best."""
    reasons = ", ".join(reason.replace("_", " ") for reason in edge.headline.report.tls_reasons)
    share = edge.headline.encryption.mtls_share or 0.0
    how_many = "None" if not share else f"{share:.0%}"
    return Note("no-tls-reason", f"{how_many} of these calls use mutual TLS. The proxy says of the others: {reasons}.")


def _one_sided(edge: EdgeDraft) -> Note:
    callee, caller = edge.destination.service or "the callee", edge.source.service or "the caller"
    if edge.destination.sort != SERVICE:
        return Note("tls-outside", f"TLS to {callee}, which is outside the mesh and asks for no client certificate.")
    if edge.source.sort != SERVICE:
        return Note(
            "tls-from-outside", f"Callers from outside the mesh come in over TLS and show {callee} no certificate."
        )
    text = f"TLS, but not mutual: {caller}'s proxy shows no certificate, or {callee}'s asks for none."
    return Note("tls-not-mutual", text)


def _plaintext(edge: EdgeDraft, directory: Directory) -> Note:
    callee, caller = edge.destination.service or "the callee", edge.source.service or "the caller"
    if edge.destination.sort != SERVICE:
        return Note("plaintext-outside", f"Plaintext to {callee}, which is outside the mesh.")
    if edge.source.sort != SERVICE:
        text = f"Callers from outside the mesh come in as plaintext, and {callee}'s listener accepts it."
        return Note("plaintext-from-outside", text)
    if not directory.reports(edge.destination):
        text = f"{callee}'s proxy sends nothing: most likely it has none, so its callers cannot use TLS."
        return Note("callee-without-proxy", text)
    if not directory.reports(edge.source):
        text = f"{caller}'s proxy sends nothing: most likely it has none, and {callee}'s listener accepts plaintext."
        return Note("caller-without-proxy", text)
    if edge.headline.encryption.mtls_share:
        text = f"{callee}'s listener is permissive: it takes mutual TLS and plaintext, and {caller} uses both."
        return Note("listener-permissive", text)
    return Note("plaintext-in-mesh", f"Both have proxies, but {caller}'s does not use TLS and {callee}'s accepts that.")
