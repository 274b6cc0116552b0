"""Where the last evaluation is for everybody to see."""

import threading

from alerting.evaluation.state import Evaluation


class Board:
    """Holds the evaluation that is in force. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current = Evaluation()

    @property
    def current(self) -> Evaluation:
        with self._lock:
            return self._current

    def show(self, evaluation: Evaluation) -> None:
        with self._lock:
            self._current = evaluation
