"""The checks, each from the facts alone, in the order they are shown in: what everything else depends on first."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from dashboard.reads.checkup import CheckState, HubCheck
from meshhub.app.checkup.facts import Facts
from meshhub.quantities import number

LAG_SECONDS = (60.0, 600.0)
JOURNAL_SHARE = (0.5, 0.9)
DISK_SHARE = (0.1, 0.03)
"""Of the disk, free."""
CLOCK_SECONDS = (2.0, 60.0)
EXPIRES = (timedelta(days=21), timedelta(days=3))
FILES_SHARE = (0.7, 0.9)
MIN_FILES = 4096
PARTS = (1000, 2500)
"""Active parts of one partition: ClickHouse slows inserts down at 1,000 and refuses them at 3,000."""

_OK, _WARNING, _CRITICAL, _UNKNOWN = CheckState.OK, CheckState.WARNING, CheckState.CRITICAL, CheckState.NOT_MEASURED


def judge(facts: Facts) -> list[HubCheck]:
    """Every check, well or not."""
    return [check(facts) for check in CHECKS]


def engine(facts: Facts) -> HubCheck:
    title = "The engine answers"
    if facts.engine is None:
        cure = (
            "Nothing is lost meanwhile: telemetry waits in the journal. Look at the engine's log; for a server, at the "
            "settings store, storage.username and storage.password (docs/runbooks/HubEngineDown.md)."
        )
        return HubCheck("engine", title, _CRITICAL, facts.engine_trouble, cure)
    found = facts.engine
    said = f"ClickHouse {found.version}{', embedded' if facts.embedded else ''}; {found.parts} parts in one partition"
    if found.parts >= PARTS[0]:
        state = _CRITICAL if found.parts >= PARTS[1] else _WARNING
        cure = "Merges do not keep up: give the engine more CPU or a faster disk, or seal larger segments "
        return HubCheck("engine", title, state, said, cure + "(collector.journal.segment_bytes, segment_age_seconds).")
    return HubCheck("engine", title, _OK, said)


def schema(facts: Facts) -> HubCheck:
    title = "The schema is this version's"
    found = facts.schema
    if found is None:
        return _not_asked("schema", title)
    said = f"{found.applied:04d} of {found.known:04d}"
    if found.changed:
        numbers = ", ".join(f"{number:04d}" for number in found.changed)
        cure = "A released migration was edited. Use the files of the release, or make the store anew from a backup."
        return HubCheck("schema", title, _WARNING, f"{said}; applied from other files: {numbers}", cure)
    if found.pending:
        cure = "Run `meshhub migrate`; a hub that starts does it too."
        return HubCheck("schema", title, _CRITICAL, f"{said}; {found.pending} migrations are pending", cure)
    return HubCheck("schema", title, _OK, said)


def receivers(facts: Facts) -> HubCheck:
    title = "The receivers take requests"
    said = ", ".join(f"{name} :{port}" for name, port in sorted(facts.ports.items())) or "none is on"
    if not facts.ports:
        return HubCheck("receivers", title, _OK, said)
    if not facts.ready:
        cure = "The hub starts or stops, or the journal is full: see the checks of journal and disk."
        return HubCheck("receivers", title, _CRITICAL, said, cure)
    return HubCheck("receivers", title, _OK, said)


def journal(facts: Facts) -> HubCheck:
    title = "The journal has room"
    share = facts.journal_bytes / facts.journal_bound if facts.journal_bound else 0.0
    said = f"{_bytes(facts.journal_bytes)} of {_bytes(facts.journal_bound)} ({share:.0%})"
    state = _CRITICAL if share >= JOURNAL_SHARE[1] else _WARNING if share >= JOURNAL_SHARE[0] else _OK
    cure = (
        "The store takes less than comes in: see engine and lag. When it is full, senders are told to come back later; "
    )
    cure += "raise collector.journal.max_bytes if the disk allows it."
    return HubCheck("journal", title, state, said, "" if state is _OK else cure)


def lag(facts: Facts) -> HubCheck:
    title = "What was taken is in the store"
    worst = max(facts.lag_seconds, key=lambda signal: facts.lag_seconds[signal], default="")
    seconds = facts.lag_seconds.get(worst, 0.0)
    said = f"the oldest segment of {worst} waits for {seconds:.0f} s" if seconds >= 1 else "nothing waits"
    error = facts.loader_errors.get(worst, "")
    state = _CRITICAL if seconds >= LAG_SECONDS[1] else _WARNING if seconds >= LAG_SECONDS[0] else _OK
    if state is _OK:
        return HubCheck("lag", title, _OK, said)
    cure = "Pages and SLOs show the past. The engine is away or too slow (docs/runbooks/HubLoaderLag.md)."
    return HubCheck("lag", title, state, f"{said}{f': {error}' if error else ''}", cure)


def quarantine(facts: Facts) -> HubCheck:
    title = "The engine could take everything"
    if not facts.quarantined:
        return HubCheck("quarantine", title, _OK, "nothing is in quarantine")
    cure = (
        "`meshhub quarantine list` says which, and why; `meshhub quarantine retry` loads what a new version can take."
    )
    return HubCheck("quarantine", title, _WARNING, f"{facts.quarantined:,} requests are in quarantine", cure)


def disk(facts: Facts) -> HubCheck:
    title = "The disks have room"
    rooms = [("data directory", facts.disk_free, facts.disk_total)]
    if facts.engine is not None and facts.engine.total_bytes:
        rooms.append(("engine", facts.engine.free_bytes, facts.engine.total_bytes))
    shares = [free / total if total else 1.0 for _, free, total in rooms]
    said = "; ".join(f"{name}: {_bytes(free)} of {_bytes(total)} free" for name, free, total in rooms)
    least = min(shares)
    state = _CRITICAL if least <= DISK_SHARE[1] else _WARNING if least <= DISK_SHARE[0] else _OK
    cure = "Shorten storage.retention, give the volume more room, or move old days to a cheaper disk (storage.tiers)."
    return HubCheck("disk", title, state, said, "" if state is _OK else cure)


def clock(facts: Facts) -> HubCheck:
    title = "The clocks agree"
    ahead = abs(facts.engine.ahead_seconds) if facts.engine is not None else 0.0
    drift = abs(facts.drift_seconds)
    said = f"this machine's has moved by {drift:.1f} s since the hub started"
    if facts.engine is not None:
        said += f"; the engine's is {ahead:.1f} s {'ahead' if facts.engine.ahead_seconds > 0 else 'behind'}"
    worst = max(ahead, drift)
    state = _CRITICAL if worst >= CLOCK_SECONDS[1] else _WARNING if worst >= CLOCK_SECONDS[0] else _OK
    cure = "Keep both machines on NTP (chronyc tracking). Windows of SLOs, retention and sessions go by these clocks."
    return HubCheck("clock", title, state, said, "" if state is _OK else cure)


def certificates(facts: Facts) -> HubCheck:
    title = "The certificates are good for a while"
    if not facts.certificates:
        return HubCheck("certificates", title, _OK, "there are none")
    broken = [each for each in facts.certificates if each.expires is None]
    if broken:
        said = "; ".join(f"{each.purpose} ({each.path}): {each.trouble}" for each in broken)
        return HubCheck("certificates", title, _CRITICAL, said, "Put a certificate there that can be read, in PEM.")
    left, first = min(
        ((each.expires - facts.now, each) for each in facts.certificates if each.expires), key=lambda pair: pair[0]
    )
    said = f"{first.purpose} ({first.path}) is the first to expire, on {first.expires:%Y-%m-%d %H:%M} UTC"
    state = _CRITICAL if left <= EXPIRES[1] else _WARNING if left <= EXPIRES[0] else _OK
    cure = "Renew it. With cert-manager, `kubectl describe certificate` says why it has not been."
    return HubCheck("certificates", title, state, said, "" if state is _OK else cure)


def evaluation(facts: Facts) -> HubCheck:
    title = "SLOs are evaluated, by one"
    who = (
        f"{facts.leader}{' (this hub)' if facts.is_leader else ''}" if facts.leader else "nobody has been seen to do it"
    )
    if facts.evaluation_trouble:
        cure = "Nobody is paged meanwhile: see the check of the engine (docs/runbooks/HubEvaluationFails.md)."
        return HubCheck("evaluation", title, _CRITICAL, f"{who}; {facts.evaluation_trouble}", cure)
    if not facts.leader:
        cure = "Start a hub with the role alerting, and see that it may hold the lease (docs/how-to/deploy.md)."
        return HubCheck("evaluation", title, _WARNING, who, cure)
    return HubCheck("evaluation", title, _OK, who)


def retention(facts: Facts) -> HubCheck:
    title = "Rows are kept as long as the settings say"
    if facts.retention is None:
        return _not_asked("retention", title)
    if not facts.retention.differences:
        return HubCheck("retention", title, _OK, "all tables")
    said = ", ".join(
        f"{table}: {'for ever' if has is None else f'{has} days'}, not {wanted}"
        for table, (has, wanted) in sorted(facts.retention.differences.items())
    )
    cure = "Run `meshhub migrate`, which brings tables to storage.retention; a hub that starts does it too."
    return HubCheck("retention", title, _WARNING, said, cure)


def limits(facts: Facts) -> HubCheck:
    title = "The process has what it may need"
    share = facts.open_files / facts.open_files_limit if facts.open_files_limit else 0.0
    said = f"{facts.open_files:,} of {facts.open_files_limit:,} files open"
    cures = []
    state = _OK
    if share >= FILES_SHARE[0] or facts.open_files_limit < MIN_FILES:
        state = _CRITICAL if share >= FILES_SHARE[1] else _WARNING
        cures.append(f"Raise the limit of open files (ulimit -n, LimitNOFILE) to {MIN_FILES * 4:,} or more.")
    if facts.embedded and facts.memory_limit:
        said += f"; queries may use {_bytes(facts.query_memory)} of {_bytes(facts.memory_limit)}"
        if facts.query_memory > facts.memory_limit:
            state = max(state, _WARNING, key=list(CheckState).index)
            cures.append(
                "All queries at their limit would not fit: lower storage.limits.max_memory_bytes or "
                "concurrent_queries, or give the process more memory."
            )
    return HubCheck("limits", title, state, said, " ".join(cures))


def _bytes(count: float) -> str:
    return number(count, "B")


def _not_asked(code: str, title: str) -> HubCheck:
    return HubCheck(code, title, _UNKNOWN, "the engine does not answer", "See the check of the engine.")


CHECKS: Sequence[Callable[[Facts], HubCheck]] = (
    engine,
    schema,
    receivers,
    journal,
    lag,
    quarantine,
    disk,
    clock,
    certificates,
    evaluation,
    retention,
    limits,
)
