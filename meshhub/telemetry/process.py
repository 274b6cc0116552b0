"""The hub's process as metrics: processor time, memory, threads, open files, age."""

import time
from collections.abc import Iterable

import psutil
from opentelemetry.metrics import CallbackOptions, Meter, Observation

from meshhub.telemetry import names


def observe_process(meter: Meter) -> None:
    """Have this process measured whenever the meter exports."""
    process = psutil.Process()

    def cpu_time(_options: CallbackOptions) -> Iterable[Observation]:
        times = process.cpu_times()
        return [
            Observation(times.user, {names.CPU_MODE: "user"}),
            Observation(times.system, {names.CPU_MODE: "system"}),
        ]

    def memory(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(process.memory_info().rss)]

    def threads(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(process.num_threads())]

    def open_files(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(process.num_fds())]

    def uptime(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(time.time() - process.create_time())]

    meter.create_observable_counter(names.CPU_TIME, [cpu_time], "s", "Processor time used, by mode.")
    meter.create_observable_gauge(names.MEMORY, [memory], "By", "Memory in use (resident set).")
    meter.create_observable_gauge(names.THREADS, [threads], "{thread}", "Threads.")
    meter.create_observable_gauge(names.OPEN_FILES, [open_files], "{file_descriptor}", "Open file descriptors.")
    meter.create_observable_gauge(names.UPTIME, [uptime], "s", "Age of the process.")
