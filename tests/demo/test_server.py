"""The server itself: starting, stopping, disconnects, and the command that runs it."""

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chat_tui.cli import demo_server
from chat_tui.demo.app import make_app
from chat_tui.demo.server import DEMO_KEY, DemoServer

SLOW = {"model": "demo/slow", "stream": True, "messages": [{"role": "user", "content": "Hello?"}]}
AUTHORIZED = {"Authorization": f"Bearer {DEMO_KEY}"}


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_it_serves_on_loopback_as_soon_as_it_has_started() -> None:
    with DemoServer(pace=0) as server:
        assert server.base_url.startswith("http://127.0.0.1:")
        assert server.base_url.endswith("/api/v1")
        assert httpx.get(f"{server.base_url}/models", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.base_url}/models", trust_env=False)


def test_it_can_be_started_and_stopped_again_and_again() -> None:
    threads_before = threading.active_count()
    server = DemoServer(pace=0)
    server.stop()
    for _ in range(2):
        assert server.start() == server.start() == server.base_url
        server.stop()
        server.stop()
    assert threading.active_count() == threads_before


def test_a_taken_port_is_an_oserror(taken_port: int) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoServer(taken_port).start()


def test_it_stops_quickly_and_silently_with_streams_open(capfd: pytest.CaptureFixture[str]) -> None:
    server = DemoServer()
    base_url = server.start()
    with (
        httpx.Client(trust_env=False, headers=AUTHORIZED) as client,
        client.stream("POST", f"{base_url}/chat/completions", json=SLOW) as response,
    ):
        pieces = response.iter_bytes()
        assert next(pieces).startswith(b": OPENROUTER PROCESSING")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 5  # the answer itself would take half a minute
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            list(pieces)
    assert capfd.readouterr() == ("", "")


async def test_a_disconnect_stops_the_generation() -> None:
    sent: list[dict[str, Any]] = []
    speaks = asyncio.Event()
    request_body = json.dumps(SLOW).encode()
    requests = [{"type": "http.request", "body": request_body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if requests:
            return requests.pop()
        await speaks.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        if b'"content"' in message.get("body", b""):
            speaks.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "method": "POST",
        "path": "/api/v1/chat/completions",
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer x")],
    }
    # The whole answer would take half a minute.
    await asyncio.wait_for(make_app()(scope, receive, send), timeout=10)
    assert 0 < sum(message.get("body", b"").count(b"data:") for message in sent) < 10


def test_the_server_goes_on_after_clients_that_left(capfd: pytest.CaptureFixture[str]) -> None:
    with DemoServer() as server, httpx.Client(trust_env=False, headers=AUTHORIZED) as client:
        for _ in range(5):
            with client.stream("POST", f"{server.base_url}/chat/completions", json=SLOW) as response:
                next(response.iter_bytes())
        assert client.get(f"{server.base_url}/models").status_code == 200
    assert capfd.readouterr() == ("", "")


def test_importing_the_server_brings_neither_the_screen_nor_the_client() -> None:
    program = "import sys, chat_tui.demo.server; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"textual", "rich", "pydantic", "httpx"}.isdisjoint(loaded.stdout.split())


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    demo_server.add_arguments(parser)
    return parser.parse_args(arguments)


def test_the_command_has_a_port_of_its_own() -> None:
    assert options().port == 8377


def test_the_command_says_in_one_sentence_that_the_port_is_taken(
    taken_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo_server.run(options("--port", str(taken_port))) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.count("\n") == 1
    assert f"Port {taken_port} can't be used" in errors


def test_the_command_refuses_a_number_that_is_no_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo_server.run(options("--port", "99999")) == 1
    assert "there is no such port" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="sends an interrupt to a process")
def test_the_command_says_what_to_set_and_ends_cleanly_on_an_interrupt() -> None:
    program = (
        "import sys, argparse; from chat_tui.cli import demo_server; "
        "sys.exit(demo_server.run(argparse.Namespace(port=0)))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        announcement = "".join(process.stderr.readline() for _ in range(4))
        base_url = announcement.partition("OPENROUTER_BASE_URL=")[2].split()[0]
        assert f"OPENROUTER_API_KEY={DEMO_KEY}" in announcement
        assert httpx.get(f"{base_url}/models", trust_env=False).status_code == 200
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert output == ""
    assert errors.strip() == ""
