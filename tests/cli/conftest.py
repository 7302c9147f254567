"""The emulator, and a home for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.demo.server import DemoServer
from tests.cli.home import Home


@pytest.fixture(scope="session")
def server() -> Iterator[DemoServer]:
    """The emulator without delays."""
    with DemoServer(pace=0) as running:
        yield running


@pytest.fixture(scope="session")
def paced_server() -> Iterator[DemoServer]:
    """The emulator at its own pace, for what happens in mid-stream."""
    with DemoServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave this process as it is when a test calls `main` in it: these are for the rest of a process of its own."""
    monkeypatch.setattr("chat_tui.cli.log.begin", lambda: None)
    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)


@pytest.fixture
def home(tmp_path: Path, server: DemoServer) -> Home:
    return Home(tmp_path / "home", server.base_url)


@pytest.fixture
def slow_home(tmp_path: Path, paced_server: DemoServer) -> Home:
    """A home whose server takes its time."""
    return Home(tmp_path / "slow-home", paced_server.base_url)


@pytest.fixture
def keyless_home(tmp_path: Path) -> Home:
    """A home with no key, on OpenRouter's own address."""
    return Home(tmp_path / "keyless-home", None)
