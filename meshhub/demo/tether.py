"""Start a command that cannot outlive the process which started it.

Run as a script, not imported: `python -I -S tether.py <parent pid> <program> [argument ...]`. It asks the kernel
(prctl PR_SET_PDEATHSIG, Linux) to kill this process when the thread that started it ends, kill -9 included, and
becomes the program. The wish survives exec. A separate step, because running Python between fork and exec of a
process with threads may deadlock. Where the kernel has no such call, the command runs without it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Become the command, unless the parent is gone already.

    Raises:
        OSError: the kernel refused, or the program cannot be executed.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
            raise OSError(ctypes.get_errno(), "could not tie the process to its parent")
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
