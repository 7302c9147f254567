"""A request as code that makes it: curl and Python, the key named by its variable."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

KEY = "OPENROUTER_API_KEY"
"""The variable that has the key."""
_END = "JSON"
_AUTHORIZATION = "authorization"
_UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What drives terminals, or makes text look like what it isn't: JSON and Python have an escape for each."""
_DELETE = "\x7f"
"""The only one of ASCII among them."""
_PIECE = 1 << 20
_BY_ITSELF = frozenset({"host", "connection", "content-length", "accept-encoding"})
"""Headers, in small letters, that every client makes for itself."""


class Sending(NamedTuple):
    """A request, as far as code needs to know it."""

    url: str
    headers: Mapping[str, str]
    """The value of `Authorization` doesn't count."""
    body: Mapping[str, Any]


def as_json(body: Mapping[str, Any]) -> str:
    """Return `body` as indented JSON."""
    return _escaped(json.dumps(body, ensure_ascii=False, indent=2, default=_plain))


def as_one_line(value: Any) -> str:
    """Return JSON `value` on one line."""
    return _escaped(json.dumps(value, ensure_ascii=False, default=_plain))


def _escaped(text: str) -> str:
    """Return `text` with escapes for what isn't printable; in pieces, for others wait while one is looked through."""
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(
        piece
        if piece.isascii() and _DELETE not in piece
        else _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", piece)
        for piece in pieces
    )


def as_curl(sending: Sending) -> str:
    """Return a command of a POSIX shell that sends it; the body comes from a here-document, however long it is."""
    lines = [f"curl --no-buffer {_quoted(sending.url)}"]
    for name, value in _headers(sending):
        # Only what the shell is to put the key into stands in double quotes.
        lines.append(f'-H "{name}: Bearer ${KEY}"' if value is None else f"-H {_quoted(f'{name}: {value}')}")
    lines.append(f"--data-binary @- <<'{_END}'")
    command = " \\\n  ".join(lines)
    return f"{command}\n{as_json(sending.body)}\n{_END}\n"


def as_python(sending: Sending) -> str:
    """Return a Python program that sends it with httpx and prints what comes."""
    headers = [
        f'    {_text(name)}: f"Bearer {{os.environ[{KEY!r}]}}",'
        if value is None
        else f"    {_text(name)}: {_text(value)},"
        for name, value in _headers(sending)
    ]
    needs_key = any(value is None for _, value in _headers(sending))
    return "\n".join(
        [
            *(["import os", ""] if needs_key else []),
            "import httpx",
            "",
            f"url = {_text(sending.url)}",
            "headers = {",
            *headers,
            "}",
            f"body = {''.join(_literal(sending.body, ''))}",
            "",
            'with httpx.stream("POST", url, headers=headers, json=body, timeout=300) as response:',
            "    for text in response.iter_text():",
            '        print(text, end="", flush=True)',
            "",
        ]
    )


def _headers(sending: Sending) -> Iterator[tuple[str, str | None]]:
    """Yield the headers; None stands for the key."""
    given = {name.lower() for name in sending.headers}
    if "content-type" not in given:
        yield "Content-Type", "application/json"
    for name, value in sending.headers.items():
        if name.lower() == _AUTHORIZATION:
            yield name, None
        elif name.lower() not in _BY_ITSELF:
            yield name, value


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _text(text: str) -> str:
    """Return `text` as a literal of Python; JSON's are the same, but for what only UTF-16 has in two halves."""
    return _escaped(json.dumps(text, ensure_ascii=False))


def _literal(value: Any, indent: str) -> Iterator[str]:
    """Yield `value` as a literal of Python, indented."""
    if isinstance(value, bool) or value is None:
        yield repr(value)
    elif isinstance(value, str):
        yield _text(value)
    elif isinstance(value, Mapping | list | tuple) and value:
        inner = f"{indent}    "
        is_table = isinstance(value, Mapping)
        yield "{\n" if is_table else "[\n"
        items = value.items() if isinstance(value, Mapping) else ((None, item) for item in value)
        for key, item in items:
            yield inner if key is None else f"{inner}{_text(key)}: "
            yield from _literal(item, inner)
            yield ",\n"
        yield f"{indent}{'}' if is_table else ']'}"
    else:
        yield json.dumps(value, default=_plain)


def _plain(value: object) -> Any:
    """Return what JSON has for what our decoder makes of it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
