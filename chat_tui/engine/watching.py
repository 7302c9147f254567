"""Who wants to be told of something that goes on changing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

_News = TypeVar("_News")


class Watchers(Generic[_News]):
    """Those who watch, each with what it wasn't told yet: a slow one holds up nobody."""

    def __init__(self) -> None:
        self._untold: set[asyncio.Queue[_News]] = set()

    def tell(self, news: _News) -> None:
        """Tell everybody who watches now."""
        for queue in self._untold:
            queue.put_nowait(news)

    async def watch(self) -> AsyncIterator[_News]:
        """Yield what is told from now on; it doesn't end by itself."""
        mine: asyncio.Queue[_News] = asyncio.Queue()
        self._untold.add(mine)
        try:
            while True:
                yield await mine.get()
        finally:
            self._untold.discard(mine)
