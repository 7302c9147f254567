"""An event of a stream in a few words: what is new in it, without what every event repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chat_tui.openrouter.as_code import as_one_line
from chat_tui.openrouter.exact_json import decode_json

_REPEATED: Final = frozenset({"id", "object", "created", "model", "provider", "choices", "system_fingerprint"})
_CHOICE: Final = frozenset({"index", "delta"})
_DELTA: Final = frozenset({"role"})
_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})


def in_words(text: str) -> str:
    """Return what is new in the event `text`; all of it when it isn't a chunk."""
    try:
        chunk = decode_json(text)
    except ValueError:
        return text
    if not isinstance(chunk, dict) or not isinstance(chunk.get("choices"), list):
        return text
    words = [*_choices(chunk["choices"]), *_named(chunk, _REPEATED)]
    return "   ".join(words) or "nothing new"


def _choices(choices: list[Any]) -> Iterator[str]:
    for choice in choices:
        if isinstance(choice, dict):
            delta = choice.get("delta")
            yield from _named(delta, _DELTA) if isinstance(delta, dict) else ()
            yield from _named(choice, _CHOICE)


def _named(values: Mapping[str, Any], without: frozenset[str]) -> Iterator[str]:
    for name, value in values.items():
        if name not in without and value not in _NOTHING:
            yield f"{name} {as_one_line(value)}"
