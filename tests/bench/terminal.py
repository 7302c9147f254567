"""A terminal of the bench's own: runs a command in a pty, types, counts bytes, and asks the system what it costs."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

COLUMNS, ROWS = 120, 40
TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A process in a terminal of 120x40; use it as a context."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self.bytes_read = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)

    def type(self, keys: bytes) -> None:
        """Send `keys`."""
        os.write(self._ours, keys)

    def read(self, seconds: float) -> bytes:
        """Return what comes within `seconds`, as soon as something does."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        data = os.read(self._ours, 1 << 18)
        self.bytes_read += len(data)
        return data

    def wait_for(self, text: str, seconds: float = 120) -> float:
        """Return the seconds until `text` appears."""
        began, seen, wanted = time.monotonic(), b"", text.encode()
        while time.monotonic() < began + seconds:
            seen = seen[-len(wanted) :] + self.read(0.05)
            if wanted in seen:
                return time.monotonic() - began
        raise TimeoutError(f"{text!r} never appeared")

    def rest(self, seconds: float) -> None:
        """Read for `seconds`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    @property
    def cpu(self) -> float:
        """Seconds of CPU that the process has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory(self) -> float:
        """Resident memory in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024
