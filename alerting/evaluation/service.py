"""Evaluates all SLOs again and again on a thread of its own, and tells a listener what it found."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from alerting import instruments
from alerting.burn import Verdict
from alerting.evaluation.board import Board
from alerting.evaluation.book import Book
from alerting.evaluation.evaluator import evaluate
from alerting.evaluation.questions import Queries
from alerting.evaluation.reader import Plan, Reader
from alerting.evaluation.sources import Sources
from alerting.evaluation.state import Evaluation, Listener, SloState
from alerting.settings import AlertingSettings
from alerting.specification.model import Calendar, Slo, Specifications
from meshhub.clock import Clock
from meshhub.errors import MeshhubError

JUMP_SECONDS = 30.0
"""How far the wall clock may move against the monotonic one before everything is read again."""

CALENDAR_DAYS = 32
STOP_SECONDS = 5.0

_WORST_FIRST = (Verdict.BURNING, Verdict.HELD_BACK, Verdict.UNKNOWN, Verdict.CALM)

logger = logging.getLogger(__name__)


class EvaluationService:
    """The evaluation. `cycle` is one round of it, for whoever turns it himself; `start` turns it on a thread."""

    def __init__(
        self,
        settings: AlertingSettings,
        queries: Queries,
        clock: Clock,
        meter: Meter,
        board: Board,
        listener: Listener | None = None,
    ) -> None:
        self._every = settings.evaluate_every_seconds
        self._sources = Sources(settings, queries)
        self._reader = Reader(queries)
        self._clock = clock
        self._board = board
        self._listener = listener
        self._specifications: Specifications | None = None
        self._book = Book(())
        self._plan = Plan([], 0, 0)
        self._seen = (0.0, 0.0)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slo-evaluation", daemon=True)
        self._duration = meter.create_histogram(
            instruments.CYCLE_DURATION, "s", "Time of one evaluation of all SLOs, with what it reads."
        )
        self._failures = meter.create_counter(
            instruments.CYCLE_FAILURES, "1", "Evaluations that ended without an answer."
        )
        meter.create_observable_gauge(instruments.SLOS, [self._observe], "1", "SLOs by how they stand.")

    def load(self) -> Specifications:
        """Read the specifications for the first time, so that a hub with bad ones does not start.

        Raises:
            ConfigurationError: with every fault.
        """
        return self._sources.load()

    def connect(self, listener: Listener) -> None:
        """Have a listener told of every cycle from now on; before the start."""
        self._listener = listener

    def start(self) -> None:
        """Evaluate from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End after the cycle under way. Safe to repeat, and before the start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def cycle(self) -> Evaluation:
        """Read what is new, judge every SLO, show it on the board and tell the listener.

        Raises:
            MeshhubError: the store did not answer; what was shown before stays.
        """
        now, monotonic = self._clock.now(), self._clock.monotonic()
        specifications = self._sources.current(now.timestamp(), monotonic)
        self._take_up(specifications, now.timestamp(), monotonic)
        while self._plan.history and len(self._book.read) < 2 + bool(self._book.fine):
            self.read_history()  # fine steps, minutes and the last day: what pages; the rest is read between cycles
        for piece in self._plan.due(now.timestamp(), monotonic):
            self._reader.read(self._book, piece)
        states = evaluate(self._book, now) if self._book.slos else {}
        evaluation = Evaluation(now, states, specifications, self._sources.trouble)
        self._board.show(evaluation)
        self._tell(evaluation)
        return evaluation

    def read_history(self) -> bool:
        """Read one more piece of the past; whether there was one."""
        if not self._plan.history:
            return False
        self._reader.read(self._book, self._plan.history[0])
        self._plan.history.pop(0)
        return True

    def _take_up(self, specifications: Specifications, now: float, monotonic: float) -> None:
        """Begin a new book when the SLOs or the clock changed: what is in the old one may be of another time."""
        jumped = abs((now - self._seen[0]) - (monotonic - self._seen[1])) > JUMP_SECONDS
        self._seen = now, monotonic
        if specifications == self._specifications and not jumped:
            return
        if self._specifications is not None and jumped:
            logger.warning("the clock jumped: all counts are read again")
        self._specifications = specifications
        self._book = Book(specifications.slos)
        self._plan = (
            Plan.starting(now, monotonic, days_needed(specifications.slos)) if self._book.slos else Plan([], 0, 0)
        )

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = self._clock.monotonic()
            try:
                self.cycle()
                self._duration.record(self._clock.monotonic() - began)
                while not self._stopping.is_set() and self._clock.monotonic() - began < self._every / 2:
                    if not self.read_history():
                        break
            except MeshhubError as error:
                self._fail(str(error))
            except Exception:
                logger.exception("could not evaluate the SLOs")
                self._fail("an error of the hub, see its log")
            self._stopping.wait(max(self._every - (self._clock.monotonic() - began), 0))

    def _fail(self, trouble: str) -> None:
        self._failures.add(1)
        shown = self._board.current
        if trouble != shown.trouble:
            logger.warning("could not evaluate the SLOs: %s", trouble)
        self._board.show(replace(shown, trouble=trouble))

    def _tell(self, evaluation: Evaluation) -> None:
        if self._listener is None:
            return
        try:
            self._listener.evaluated(evaluation)
        except Exception:
            logger.exception("could not hand on an evaluation")

    def _observe(self, _options: CallbackOptions) -> Iterable[Observation]:
        counted = Counter(verdict_of(state) for state in self._board.current.states.values())
        return [Observation(counted[verdict], {instruments.STATE: verdict.value}) for verdict in _WORST_FIRST]


def verdict_of(state: SloState) -> Verdict:
    """The worst verdict of an SLO's pairs; calm without any."""
    said = {burn.verdict for burn in state.burns}
    return next((verdict for verdict in _WORST_FIRST if verdict in said), Verdict.CALM)


def days_needed(slos: Iterable[Slo]) -> int:
    """How many days the longest window of these SLOs has."""
    lengths = [timedelta(days=1)]
    for slo in slos:
        lengths.append(timedelta(days=CALENDAR_DAYS) if isinstance(slo.window, Calendar) else slo.window.length)
        lengths += [rate.long for rate in slo.burn_rates]
    return -(-int(max(lengths).total_seconds()) // 86_400)
