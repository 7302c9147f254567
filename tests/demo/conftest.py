"""The emulator without delays, and a client with its key."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chat_tui.demo.server import DEMO_KEY, DemoServer


@pytest.fixture(scope="session")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as running:
        yield running


class Client(httpx.Client):
    """An HTTP client that knows how to ask for completions."""

    def chat(self, model: str, prompt: str = "Hello?", **fields: Any) -> httpx.Response:
        """Ask for a completion; `fields` go into the body."""
        body = {"model": model, "messages": [{"role": "user", "content": prompt}], **fields}
        return self.post("chat/completions", json=body)

    def text(self, model: str, prompt: str = "Hello?", **fields: Any) -> str:
        """Ask for a completion and return its text."""
        return str(self.chat(model, prompt, **fields).json()["choices"][0]["message"]["content"])

    def chunks(self, model: str, prompt: str = "Hello?", **fields: Any) -> list[dict[str, Any]]:
        """Stream a completion and return its chunks."""
        return chunks_of(self.chat(model, prompt, stream=True, **fields).content)


def chunks_of(stream: bytes) -> list[dict[str, Any]]:
    """Return the JSON of every event, without [DONE]."""
    lines = [line.removeprefix(b"data: ") for line in stream.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]


@pytest.fixture(scope="session")
def client(server: DemoServer) -> Iterator[Client]:
    # trust_env: a proxy in the environment must not come between the tests and loopback.
    with Client(
        base_url=server.base_url, headers={"Authorization": f"Bearer {DEMO_KEY}"}, trust_env=False
    ) as connected:
        yield connected
