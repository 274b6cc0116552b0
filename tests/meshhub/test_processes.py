"""What processes say of themselves, and what is known of all of them."""

import uuid

from meshhub.app.processes import (
    _REPORT,
    FORGOTTEN_SECONDS,
    PROCESS,
    SILENT_SECONDS,
    Intake,
    Processes,
    ProcessReport,
    Reporter,
    SeenProcess,
    shown,
    worst,
)
from meshhub.clock import SystemClock
from meshhub.testing.engine import shared_store
from meshhub.testing.hub import until
from storage.shared.log import SharedEngine


def engine() -> SharedEngine:
    shared_store()
    return SharedEngine(shared_store()._engine)


def report(**changes: object) -> ProcessReport:
    return ProcessReport(f"host/{uuid.uuid4().hex}", ("collector",), "1.2.3", "http://host:8080", **changes)  # type: ignore[arg-type]


def test_a_process_is_known_by_what_it_said_and_that_it_ended() -> None:
    said = report(trouble={"receivers": "the journal is full"}, intake=Intake({"logs": 3.0}, 0.5, True, 10, 1))
    reporter = Reporter(engine(), lambda: said)
    reporter.start({})

    def known() -> list[SeenProcess]:
        return [each for each in Processes(engine(), SystemClock()).seen() if each.report.name == said.name]

    until(lambda: len(known()) == 1)
    (seen,) = known()
    assert seen.report == said
    assert not seen.silent
    assert shown(seen).state == "troubled"
    reporter.stop()
    (seen,) = known()
    assert shown(seen).state == "ended"


def test_who_did_not_say_that_it_ends_is_silent_after_a_while() -> None:
    assert not SeenProcess(report(), SILENT_SECONDS - 1).silent
    assert shown(SeenProcess(report(), SILENT_SECONDS + 1)).state == "silent"
    assert shown(SeenProcess(report(ended=True), FORGOTTEN_SECONDS - 1)).state == "ended"


def test_a_report_that_cannot_be_read_hides_no_other() -> None:
    said = report()
    engine().report(said.name, PROCESS, _REPORT.dump_json(said).decode())
    engine().report("newer", PROCESS, '{"version": 9}')
    names = [each.report.name for each in Processes(engine(), SystemClock()).seen()]
    assert said.name in names
    assert "newer" not in names


def test_several_collectors_are_as_one_with_the_worst_of_each() -> None:
    one, other = Intake({"logs": 1.0, "traces": 9.0}, 0.2, False, 5, 1), Intake({"logs": 4.0}, 0.9, True, 7, 2)
    assert worst([one, other]) == Intake({"logs": 4.0, "traces": 9.0}, 0.9, True, 12, 3)
    assert worst([]) == Intake()
