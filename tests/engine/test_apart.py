"""Work that the end of the program doesn't wait for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chat_tui.engine.apart import apart

STUCK = """
import asyncio, threading
from chat_tui.engine.apart import apart

async def main():
    async with asyncio.timeout(0.05):
        await apart(threading.Event().wait)

asyncio.run(main())
"""


async def test_what_work_returns_or_raises_comes_back() -> None:
    assert await apart(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        await apart(lambda: 1 // 0)


def test_the_end_waits_for_no_work() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, timeout=30, check=False)
    assert b"TimeoutError" in done.stderr
