"""The real models, served over HTTP and read as the application reads them."""

from __future__ import annotations

import asyncio

import pytest

from chat_tui.config.server import Server
from chat_tui.engine.session import Session
from chat_tui.models.search import Index
from tests.models.listing_server import listing_server


@pytest.fixture(scope="session")
def index() -> Index:
    """The 371 models, as they came over HTTP."""

    async def fetched(base_url: str) -> Index:
        session = Session(Server(base_url, "key"))
        try:
            return (await session.catalogue.refresh()).index
        finally:
            await session.close()

    with listing_server() as server:
        return asyncio.run(fetched(server.base_url))
