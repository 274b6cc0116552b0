"""A wall clock that can be set while a process runs: a library that is loaded before libc (LD_PRELOAD)."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long skew(void) {
    const char *path = getenv("SKEW_FILE");
    FILE *file = path ? fopen(path, "r") : NULL;
    long seconds = 0;
    if (file) {
        if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
        fclose(file);
    }
    return seconds;
}

int clock_gettime(clockid_t id, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, now);
    if (!result && id == CLOCK_REALTIME) now->tv_sec += skew();
    return result;
}
"""


@dataclass(frozen=True, slots=True)
class SkewedClock:
    """The clock of one process. `environment` is what the process is to be started with."""

    library: Path
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self.library), "SKEW_FILE": str(self.file)}

    def set(self, seconds: int) -> None:
        """Set it so far ahead, or behind, from now on."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{seconds}\n")
        draft.replace(self.file)


def skewed_clock(folder: Path, name: str) -> SkewedClock:
    """A clock that is right at first.

    Raises:
        FileNotFoundError: there is no C compiler (cc).
    """
    library, source = folder / "skew.so", folder / "skew.c"
    if not library.exists():
        source.write_text(SOURCE)
        command = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    clock = SkewedClock(library, folder / f"{name}.skew")
    clock.set(0)
    return clock
