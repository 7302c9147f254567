"""How many tokens a text is: an estimate."""

from __future__ import annotations

_CHARACTERS_PER_TOKEN = 4


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` is; an estimate, to be shown with `≈`."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)
