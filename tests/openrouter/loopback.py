"""A server on loopback whose every byte a test decides, and what is still open in this process."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

PATIENCE = 10.0  # a test that takes this long has failed

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve `talk`, called when a client has connected, and give the base URL."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):  # the client left first
                await talk(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    try:
        host, port = listening.sockets[0].getsockname()
        async with asyncio.timeout(PATIENCE):
            yield f"{'https' if tls else 'http'}://{host}:{port}/api/v1"
    finally:
        listening.close()


async def read_request(reader: asyncio.StreamReader) -> None:
    """Read one request, its body too."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    await reader.readexactly(int(length[0].split(b":")[1]) if length else 0)


async def until_closed(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the client closes the connection."""
    await reader.read()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a crash or a firewall does."""
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01" + b"\x00" * 3 + b"\x00" * 4)
    writer.transport.abort()


async def later(seconds: float) -> None:
    """Return when the loop's clock, which the time-outs go by, has moved on by `seconds`."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()


class Remains:
    """What this process has open beyond what it had when this was made."""

    def __init__(self) -> None:
        self._files = _open_files()
        self._tasks = asyncio.all_tasks()

    async def gone(self) -> None:
        """Return when everything is closed and every task has ended; the test's patience bounds that."""
        while self.told():
            await later(0.001)

    def told(self) -> dict[str, Any]:
        """Return what is left."""
        tasks = [task.get_name() for task in asyncio.all_tasks() - self._tasks]
        files = _open_files() - self._files
        return {"tasks": tasks, "files": files} if tasks or files > 0 else {}


def _open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))
