"""Opening an address in a browser that has a window of its own."""

from __future__ import annotations

import webbrowser
from pathlib import PurePath
from typing import Final

IN_TERMINALS: Final = {"www-browser", "links", "elinks", "lynx", "w3m"}
"""Browsers that would draw where the application does."""


def open_address(address: str) -> bool:
    """Open `address`, which takes up to some seconds; return whether a browser took it."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    name = str(getattr(browser, "name", ""))
    return PurePath(name).name not in IN_TERMINALS and browser.open(address)
