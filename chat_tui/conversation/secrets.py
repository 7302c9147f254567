"""What is shown to nobody and leaves with nothing: keys, headers, addresses of servers, ids of accounts.

What a person or a model wrote, a message's text, is theirs and stays as it is; `holds_secret` tells when to warn.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from chat_tui.conversation.values import Json

_SECRET = re.compile(
    r"""(?xi) (?: .*[_-])?
    (?: headers? | key | keys | api[_-]?keys? | apikeys? | authorization | auth | bearer | cookies? | credentials?
      | passw(?:or)?d | secrets? | (?:access|auth|api|refresh|bearer|session)[_-]?tokens? | token | base[_-]?url
      | server[_-]?url | user_id | creator_id )"""
)
_NO_SECRETS = frozenset({"prompt_cache_key"})
_KEY = r"""\b sk-(?:or-v1|or|ant|proj)-[\w-]{16,}
    | (?P<bearer> \b bearer \s+ ) (?: (?= [\w.~+/=-]* \d ) [\w.~+/=-]{8,} | [\w.~+/=-]{20,} )"""
_KEYS = re.compile(f"(?xi) {_KEY}")
_FORMS = re.compile(
    rf"""(?xi) (?P<name> \b (?: authorization | (?:set-)?cookie | (?:x-)?api[_-]?key | user_id ) \\*["']? \s*
        [:=] \s* \\*["']? ) (?: (?:bearer|basic) \s+ )? [^\s"'\\,;{{}}\[\]]+
    | \b user_[0-9a-z]{{16,}} | {_KEY}"""
)
_SIGN = re.compile("(?i)sk-|user_|bearer|authorization|cookie|api")
"""What is in every text that has any of the forms."""
_SHORTEST_FORM = 9  # characters: cookie: a
_SIGNS = (
    *("sk-", "user_", "creator_", "bearer", "auth", "cookie", "api", "header", "key'", "keys'", "credential", "passw"),
    *("secret", "token'", "access", "refresh", "session", "baseurl'", "serverurl'", "_url'", "-url'"),
)
"""Of these, one is where any form or name of a secret is, in the value as Python shows it."""
_SHORTEST = 8
"""Characters; of a shorter key or header other words would be full."""
_WRITTEN = frozenset(
    {"v", "type", "id", "parent", "at", "role", "status", "parts", "reasoning", "reasoning_details", "tool_calls"}
    | {"citations", "logprobs", "annotations"}
)
"""What of a message a person, a model or nobody wrote."""

Known = Collection[str]
"""Secrets of this computer that have no form of their own: its keys, the headers it sends."""


def clean(text: str, known: Known = ()) -> str:
    """Return `text` without what has the form of a key, a header or an account's id, and without what is `known`."""
    if known:
        text = _without(text, known)
    if len(text) < _SHORTEST_FORM or _SIGN.search(text) is None:
        return text
    return _FORMS.sub(lambda found: f"{found['name'] or found['bearer'] or ''}…", text)


def holds_secret(text: str, known: Known = ()) -> bool:
    """Tell whether something in `text` is `known`, or has the form of a key."""
    return _without(text, known) != text or _KEYS.search(text) is not None


def _without(text: str, known: Known) -> str:
    for secret in known:
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "…")
    return text


def without_secrets(value: Any, known: Known = ()) -> Any:
    """Return `value` without what has the name, or the form, of a secret, however deep."""
    return _cleaned(value, known, only_texts=False) if known or _may_hold(value) else value


def without_secret_texts(value: Any, known: Known = ()) -> Any:
    """Return `value` without texts that have the name, or the form, of a secret, however deep.

    What has such a name and is a table stays, without such texts: a schema may well describe a field called `key`.
    """
    return _cleaned(value, known, only_texts=True) if known or _may_hold(value) else value


def _may_hold(value: Any) -> bool:
    """Tell, quickly, whether there may be a secret in `value`; hardly ever there is one."""
    told = str(value).lower().replace('"', "'")
    return any(map(told.__contains__, _SIGNS))


def _cleaned(value: Any, known: Known, *, only_texts: bool) -> Any:
    if isinstance(value, str):
        return clean(value, known)
    if isinstance(value, Mapping):
        return {
            clean(name, known): _cleaned(item, known, only_texts=only_texts)
            for name, item in value.items()
            if not (_is_secret(name) and (not only_texts or isinstance(item, str) or _are_texts(item)))
        }
    if isinstance(value, list | tuple):
        return [_cleaned(item, known, only_texts=only_texts) for item in value]
    return value


def without_secrets_in(record: Json, known: Known = ()) -> Json:
    """Return a journal's record without secrets beside what people and models wrote."""
    written = _WRITTEN if record.get("type") == "message" else ()
    kept = {name: value for name, value in record.items() if name in written}
    asked = {"asked": without_secret_texts(record["asked"], known)} if "asked" in record else {}
    rest = {name: value for name, value in record.items() if name not in kept and name not in asked}
    cleaned = {**kept, **asked, **without_secrets(rest, known)}
    return {name: cleaned[name] for name in record if name in cleaned}


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, str) for item in value)


@lru_cache(1000)
def _is_secret(name: str) -> bool:
    return name not in _NO_SECRETS and _SECRET.fullmatch(name) is not None
