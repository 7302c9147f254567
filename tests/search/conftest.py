"""A library, and the index of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.engine.index import Index
from tests.search.libraries import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf.under(tmp_path)


@pytest.fixture
def index(shelf: Shelf) -> Iterator[Index]:
    index = Index(shelf.paths)
    yield index
    index.close()
