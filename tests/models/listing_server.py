"""A server on loopback whose list of models a test decides, and may change while it runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.models.real import real_reply


class ListingServer:
    """What the server says; `asked` is what it was asked for, each address without `/api/v1`."""

    def __init__(self, body: str | bytes) -> None:
        self.body = body
        self.status = 200
        self.only: dict[str, list[str]] = {}
        """Ids by what the query has to say: `zdr=true`, `providers=groq`; without an entry the whole list is given."""
        self.others: dict[str, Any] = {}
        """The JSON of other paths, such as `/providers`."""
        self.asked: list[str] = []
        self.before: Callable[[], object] = lambda: None
        """What is waited for before each reply."""
        self.base_url = ""

    def models_asked(self) -> int:
        """Return how often the whole list was asked for."""
        return sum(address == "/models?output_modalities=all" for address in self.asked)

    def reply(self, address: str) -> tuple[int, bytes]:
        """Return status and body for `address`."""
        self.asked.append(address)
        parts = urlsplit(address)
        if parts.path in self.others:
            return 200, json.dumps(self.others[parts.path]).encode()
        if parts.path != "/models":
            return 404, b'{"error": {"code": 404, "message": "Not Found"}}'
        for name, values in parse_qs(parts.query).items():
            if (ids := self.only.get(f"{name}={values[0]}")) is not None:
                return 200, json.dumps({"data": [{"id": model} for model in ids]}).encode()
        return self.status, self.body.encode() if isinstance(self.body, str) else self.body


@contextmanager
def listing_server(body: str | bytes | None = None) -> Iterator[ListingServer]:
    """Serve `body`, by default the real models, as `/models`."""
    listing = ListingServer(real_reply() if body is None else body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listing.before()
            status, reply = listing.reply(self.path.removeprefix("/api/v1"))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listing.base_url = f"http://127.0.0.1:{server.server_port}/api/v1"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield listing
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
