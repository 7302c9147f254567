"""A wire between chat-tui and the emulator that remembers what passed when."""

from __future__ import annotations

import json
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

_PIECE = 1 << 16


class Wire:
    """Passes every connection on to a server; a context manager that ends with all of them.

    Args:
        base_url: The server's.
    """

    def __init__(self, base_url: str) -> None:
        address = urlsplit(base_url)
        self._server = (address.hostname or "", address.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{address.path}"
        self._exchanges: list[Exchange] = []
        self._changed = threading.Condition()
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def forget(self) -> None:
        """Begin anew: what passed so far doesn't count."""
        for exchange in self._exchanges:  # a connection may be used again
            exchange.forget()

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The requests for a reply that arrived whole."""
        return [body for exchange in self._exchanges if (body := exchange.body()) is not None]

    def said(self, until: float) -> tuple[str, str]:
        """Return the reasoning and the text that had been passed on by then (`time.monotonic`)."""
        reasoning, text = "", ""
        for exchange in self._exchanges:
            for chunk in exchange.chunks(until):
                for choice in chunk.get("choices", ()):
                    reasoning += choice["delta"].get("reasoning") or ""
                    text += choice["delta"].get("content") or ""
        return reasoning, text

    def is_over(self) -> bool:
        """Whether a reply was passed on to its end."""
        return any(b"data: [DONE]" in exchange.answer() for exchange in self._exchanges)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
            except OSError:
                return
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(one)
            exchange = Exchange()
            self._exchanges.append(exchange)
            for source, target, log in ((client, server, exchange.up), (server, client, exchange.down)):
                threading.Thread(target=_pass, args=(source, target, log), daemon=True).start()


class Exchange:
    """What passed on one connection, both ways, each piece with when it had been passed on.

    Before the request for a reply there may have been others on it.
    """

    def __init__(self) -> None:
        self.up: list[tuple[float, bytes]] = []
        self.down: list[tuple[float, bytes]] = []

    def forget(self) -> None:
        """Begin anew."""
        self.up.clear()
        self.down.clear()

    def body(self) -> dict[str, Any] | None:
        """Return the request for a reply, when it is whole."""
        _, _, request = b"".join(piece for _, piece in list(self.up)).partition(b"/chat/completions HTTP/1.1\r\n")
        try:
            found: dict[str, Any] = json.loads(request.partition(b"\r\n\r\n")[2])
        except ValueError:
            return None
        return found

    def answer(self, until: float = float("inf")) -> bytes:
        """Return what had been passed on by then."""
        return b"".join(piece for at, piece in list(self.down) if at <= until)

    def chunks(self, until: float) -> list[dict[str, Any]]:
        """Return the chunks of a reply that had been passed on whole by then."""
        found = []
        for line in self.answer(until).split(b"\n"):
            if line.startswith(b"data: {"):
                with suppress(ValueError):  # the last one, cut
                    found.append(json.loads(line[6:]))
        return found


def _pass(source: socket.socket, target: socket.socket, log: list[tuple[float, bytes]]) -> None:
    try:
        while data := source.recv(_PIECE):
            target.sendall(data)
            log.append((time.monotonic(), data))
        target.shutdown(socket.SHUT_WR)
    except OSError:
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
            source.shutdown(socket.SHUT_RDWR)
