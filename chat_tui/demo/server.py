"""Running the emulator: in a thread beside the application, or in the foreground."""

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn

from chat_tui.demo.app import DEMO_KEY, make_app
from chat_tui.demo.books import Books

__all__ = ["DEMO_KEY", "DemoServer", "serve"]

_HOST = "127.0.0.1"
_BACKLOG = 128
_START_TIMEOUT = 10.0  # seconds


class DemoServer:
    """The emulator in a thread of its own; a context manager that starts and stops it.

    Args:
        port: The port on 127.0.0.1; 0 lets the system choose.
        pace: The factor on every delay; 0 for none.
        refusals: How often `/generation` says of each generation that it doesn't know it yet.

    Attributes:
        books: Every generation since this object was made.
    """

    def __init__(self, port: int = 0, *, pace: float = 1.0, refusals: int = 1) -> None:
        self.base_url = ""
        self.books = Books(refusals)
        self._port = port
        self._pace = pace
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Start the server; it accepts connections when this returns.

        Returns:
            The base URL for clients, `http://127.0.0.1:PORT/api/v1`.

        Raises:
            OSError: The port is taken.
            OverflowError: There is no such port.
        """
        if self._thread is not None:
            return self.base_url
        listener = _listen(self._port)
        self.base_url = _base_url(listener)
        self._server = _Server(self._pace, self.books)
        # A daemon, so that an application that dies without stop() isn't kept alive by its demo.
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="demo-server", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(_START_TIMEOUT):
            raise OSError("the demo server didn't start")
        return self.base_url

    def stop(self) -> None:
        """Stop the server, open streams included, and wait until its thread has ended."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(port: int, ready: Callable[[str], None] | None = None) -> None:
    """Run the emulator in the foreground until Ctrl-C.

    Args:
        port: The port on 127.0.0.1; 0 lets the system choose.
        ready: Called with the base URL when the port is ours.

    Raises:
        OSError: The port is taken.
        OverflowError: There is no such port.
    """
    listener = _listen(port)
    if ready is not None:
        ready(_base_url(listener))
    with contextlib.suppress(KeyboardInterrupt):  # raised once more by uvicorn when it has ended
        _Server(1.0, Books()).run([listener])


class _Server(uvicorn.Server):
    """uvicorn that is silent, says when it is ready, and doesn't wait for open streams when it stops."""

    def __init__(self, pace: float, books: Books) -> None:
        self.ready = threading.Event()
        super().__init__(
            uvicorn.Config(
                make_app(pace, books=books, reset=self._reset),
                # The implementations that are always there: what else is installed must not change the demo.
                http="h11",
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                # Broken connections are part of the demo, and uvicorn calls them errors.
                log_level="critical",
                access_log=False,
                server_header=False,
                headers=[("Server", "chat-tui demo-server (simulated)")],
                timeout_graceful_shutdown=0,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            # Not close(): that would wait until a client that doesn't read has read everything.
            connection.transport.abort()
        await super().shutdown(sockets)

    def _reset(self, client: tuple[str, int]) -> None:
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if tuple(transport.get_extra_info("peername", ())[:2]) == client:
                # Closing with this set sends a reset in place of an orderly end.
                linger = struct.pack("ii", 1, 0)
                transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere the option would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError):  # the second for a number beyond 65535
        listener.close()
        raise
    return listener


def _base_url(listener: socket.socket) -> str:
    return f"http://{_HOST}:{listener.getsockname()[1]}/api/v1"
