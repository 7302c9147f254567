"""Fragments of a reply, joined: reasoning details, tool calls, sound. Each takes work that grows with what comes."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from chat_tui.openrouter import types as wire

_TEXT = "reasoning.text"
_FUNCTION = ("name", "arguments")


class Details:
    """The reasoning details of a reply, for sending them back.

    Fragments of text that follow each other become one, with the first of each other field that isn't empty (the
    signature comes last, alone). Everything else stays as it came, in its order.
    """

    def __init__(self) -> None:
        self._details: list[dict[str, Any]] = []
        self._texts: list[str] = []  # of the last detail, while it is one of text

    def __bool__(self) -> bool:
        return bool(self._details)

    def add(self, detail: Mapping[str, Any]) -> None:
        """Take the next detail as it came."""
        last = self._details[-1] if self._details else {}
        text = detail.get("text")
        if not last.get("type") == detail.get("type") == _TEXT:
            if self._texts:
                last["text"] = "".join(self._texts)
            self._details.append(dict(detail))
            self._texts = []
        else:
            last.update({name: value for name, value in detail.items() if last.get(name) in (None, "")})
        if detail.get("type") == _TEXT and isinstance(text, str):
            self._texts.append(text)

    def whole(self) -> list[dict[str, Any]]:
        """Return the details so far."""
        text = {"text": "".join(self._texts)} if self._texts else {}
        return [*self._details[:-1], *({**last, **text} for last in self._details[-1:])]


class _Call:
    """One tool call: its first fragment, with the fields that later ones add, and the pieces of its arguments."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.name = ""
        self.arguments: list[str] = []
        self.fields: dict[str, Any] = {}
        self.function_fields: dict[str, Any] = {}

    def add(self, piece: wire.ToolCall) -> str:
        """Take a fragment; return its piece of the arguments."""
        self.id = self.id or piece.id
        self.fields.setdefault("type", piece.type or "function")
        _add_missing(self.fields, _sent(piece, "id", "index", "type", "function"))
        if piece.function is None:
            return ""
        self.name = self.name or piece.function.name or ""
        _add_missing(self.function_fields, _sent(piece.function, *_FUNCTION))
        arguments = piece.function.arguments or ""
        self.arguments.append(arguments)
        return arguments

    def whole(self) -> dict[str, Any]:
        function = {"name": self.name, "arguments": "".join(self.arguments), **self.function_fields}
        return {"id": self.id, **self.fields, "function": function}


class ToolCalls:
    """The tool calls of a reply, in the order in which they began.

    Fragments belong together by their index. Some servers leave it out, or give every call the same: a fragment with
    an id of its own and a name begins another call whatever its index.
    """

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_index: dict[int, int] = {}
        self._by_id: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, piece: wire.ToolCall) -> tuple[int, str | None, str, str]:
        """Take a fragment; return the place of its call, the id and name as far as known, and the new arguments."""
        place = self._place(piece)
        if place == len(self._calls):
            self._calls.append(_Call())
        if piece.index is not None:
            self._by_index[piece.index] = place
        if piece.id is not None:
            self._by_id.setdefault(piece.id, place)
        call = self._calls[place]
        arguments = call.add(piece)
        return place, call.id, call.name, arguments

    def whole(self) -> list[dict[str, Any]]:
        """Return the calls so far, as they are sent back."""
        return [call.whole() for call in self._calls]

    def _place(self, piece: wire.ToolCall) -> int:
        another = len(self._calls)
        if piece.index is not None:
            place = self._by_index.get(piece.index, another)
        elif piece.id is not None:
            return self._by_id.get(piece.id, another)
        else:
            place = another - 1 if self._calls else another
        if place == another:
            return another
        known, begins = self._calls[place], piece.function is not None and bool(piece.function.name)
        if piece.id is not None:
            return another if begins and known.id not in (None, piece.id) else place
        return another if piece.index is None and begins and known.name else place


class Sound:
    """The spoken reply: base64 in pieces, which may or may not be padded each on its own."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, piece: str) -> None:
        """Take the next piece of base64."""
        self._pieces.append(piece)

    def decoded(self) -> bytes:
        """Return the bytes of it.

        Raises:
            ValueError: It isn't base64.
        """
        runs = re.split("=+", "".join("".join(self._pieces).split()))
        return b"".join(base64.b64decode(run + "=" * (-len(run) % 4), validate=True) for run in runs)


def _sent(piece: wire.ToolCall | wire.FunctionCall, *without: str) -> dict[str, Any]:
    return {name: value for name, value in piece.as_sent().items() if name not in without and value is not None}


def _add_missing(fields: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        fields.setdefault(name, value)
