"""Addresses out of names that a stranger chose: a name stays inside its segment or its parameter."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from chat_tui.openrouter.errors import BadRequest, UnknownModel
from chat_tui.text import one_line

_READABLE = ":@"  # of variants and presets; a segment may hold them as they are
_LONGEST_NAME = 80


def model_path(model_id: str) -> str:
    """Return the two segments of `author/slug[:variant]`, encoded.

    Raises:
        UnknownModel: It can't be a model's id, so nothing was sent.
    """
    segments = model_id.split("/", 1)
    if not all(map(_fits, segments)):
        raise UnknownModel(
            f"“{one_line(model_id, _LONGEST_NAME)}” is no model's id. Ids look like author/model; choose one in the "
            "model picker."
        )
    return "/".join(map(_encoded, segments))


def segment(name: str) -> str:
    """Return `name` as one encoded segment of a path.

    Raises:
        BadRequest: No segment can be that, so nothing was sent.
    """
    if not _fits(name):
        raise BadRequest(
            f"“{one_line(name, _LONGEST_NAME)}” can't be the name of anything there. Check how it's written."
        )
    return _encoded(name)


def with_query(path: str, parameters: Mapping[str, str]) -> str:
    """Return `path` with `parameters` encoded behind it."""
    return f"{path}?{urlencode(parameters, quote_via=quote, safe=',', errors='replace')}" if parameters else path


def query_of(address: str) -> dict[str, str]:
    """Return the query of an `address` that a server gave; empty when it is none."""
    try:
        return dict(parse_qsl(urlsplit(address).query))
    except ValueError:
        return {}


def _fits(segment: str) -> bool:
    # Dots alone are a way up or nowhere, even when they are encoded.
    return bool(segment.strip(".")) and segment.isprintable()


def _encoded(segment: str) -> str:
    return quote(segment, safe=_READABLE, errors="replace")
