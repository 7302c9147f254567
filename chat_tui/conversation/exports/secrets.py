"""What never leaves with a conversation: keys, headers, addresses of servers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_SECRET = re.compile(
    r"""(?xi) (?: .*[_-])?
    (?: headers? | key | keys | api[_-]?keys? | apikeys? | authorization | auth | bearer | cookies? | credentials?
      | passw(?:or)?d | secrets? | (?:access|auth|api|refresh|bearer|session)[_-]?tokens? | token | base[_-]?url
      | server[_-]?url )"""
)
_NO_SECRETS = frozenset({"prompt_cache_key"})
_KEY = re.compile(r"\bsk-(?:or-v1|or|ant|proj)-[\w-]{16,}")


def without_secrets(value: Any) -> Any:
    """Return `value` without what has the name, or the form, of a key, a header or a server, however deep."""
    if isinstance(value, Mapping):
        return {name: without_secrets(item) for name, item in value.items() if not _is_secret(str(name))}
    if isinstance(value, list | tuple):
        return [without_secrets(item) for item in value]
    return _KEY.sub("…", value) if isinstance(value, str) and "sk-" in value else value


def without_secret_texts(value: Any) -> Any:
    """Return `value` without texts that have the name, or the form, of a key or a server, however deep.

    What has such a name and is a table stays, without such texts: a schema may well describe a field called `key`.
    """
    if isinstance(value, Mapping):
        return {
            name: without_secret_texts(item)
            for name, item in value.items()
            if not (_is_secret(str(name)) and (isinstance(item, str) or _are_texts(item)))
        }
    if isinstance(value, list | tuple):
        return [without_secret_texts(item) for item in value]
    return _KEY.sub("…", value) if isinstance(value, str) and "sk-" in value else value


def _are_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(item, str) for item in value)


def _is_secret(name: str) -> bool:
    return name not in _NO_SECRETS and _SECRET.fullmatch(name) is not None
