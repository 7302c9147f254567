"""The emulator without delays, for the official SDKs."""

from collections.abc import Iterator

import pytest

from chat_tui.demo.server import DemoServer


@pytest.fixture(scope="session")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as running:
        yield running
