"""The emulator without delays, for the official SDKs.

What uses `openrouter` is of one group: each process that does needs three seconds to make its types.
"""

from collections.abc import Iterator

import pytest

from chat_tui.demo.server import DemoServer


@pytest.fixture(scope="session")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as running:
        yield running
