"""Who is asked: the base URL, its name for people, and the key, which nothing here lets out."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Any

import httpx

from chat_tui.openrouter.errors import NotOpenRouter, UnusableKey

DEFAULT_BASE_URL = "https://openrouter.ai/api/v1"

# A key is visible ASCII; a header carries nothing else.
_SENDABLE_KEY = re.compile(r"[!-~]+")
# A few letters before an ellipsis are what is left of a key in its label, and no secret.
_ANY_KEY = re.compile(r"sk-or-(?![\w-]{1,12}(?:\.{3}|…))[\w-]{6,}")
_SHORTEST_SECRET = 8
# Also where JSON is inside a string, or cut; the ids themselves are long and without a separator.
_ANY_USER = re.compile(r'(user_id\\*"\s*:\s*\\*")[^"\\]*|\buser_[0-9A-Za-z]{16,}')
_NOTES = ("usage", "debug", "openrouter_metadata")
_NAMES = ("id", "model", "provider", "service_tier")
_USER_IDS = frozenset({"user_id", "creator_user_id", "creator_id"})


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks the API, and the key for it."""

    base_url: str
    key: str | None = field(repr=False)

    @property
    def url(self) -> httpx.URL:
        """The base URL, parsed.

        Raises:
            NotOpenRouter: It isn't an http or https address.
        """
        try:
            url = httpx.URL(self.base_url)
            host = url.host  # decoded here, where an international name may turn out to be none
        except (httpx.InvalidURL, ValueError):
            url, host = httpx.URL(""), ""
        escaped = (
            "%" in host and ":" not in host
        )  # by the parser, since no name holds it; IPv6 zones are another matter
        if url.scheme not in ("http", "https") or not host or escaped:
            raise NotOpenRouter(
                "The base URL isn't a web address. "
                "It should look like https://openrouter.ai/api/v1; correct it in the settings."
            )
        return url

    @property
    def origin(self) -> str:
        """Scheme, host and port, without user names, passwords and paths."""
        url = self.url
        host = f"[{url.host}]" if ":" in url.host else url.host
        return f"{url.scheme}://{host}" + (f":{url.port}" if url.port else "")

    @property
    def name(self) -> str:
        """What sentences call the server."""
        host = self.url.host
        return "OpenRouter" if host == "openrouter.ai" or host.endswith(".openrouter.ai") else self.origin

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this computer: 127.0.0.0/8, ::1 or localhost."""
        host = self.url.host.rstrip(".").lower()
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def authorization(self) -> dict[str, str]:
        """Return the header with the key, or nothing without one.

        Raises:
            UnusableKey: The key can't be in a header.
        """
        if self.key is None:
            return {}
        if not _SENDABLE_KEY.fullmatch(self.key):
            raise UnusableKey(
                "The key has characters that no key has, such as a space or a typographic dash, so nothing was sent. "
                "Copy it again, into OPENROUTER_API_KEY or credentials.toml."
            )
        return {"Authorization": f"Bearer {self.key}"}

    def without_keys(self, text: str) -> str:
        """Return `text` without this key, should the server have repeated it, any other OpenRouter key, or user ids."""
        if self.key is not None and len(self.key) >= _SHORTEST_SECRET:
            text = text.replace(self.key, "[key]")
        return _ANY_USER.sub(r"\1[user]", _ANY_KEY.sub("[key]", text))

    def without_secrets_in_notes(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON of a reply with notes that can be kept: they are written down as they came."""
        noted = {name: value[name] for name in _NOTES if value.get(name)}
        noted |= {name: value[name] for name in _NAMES if self._may_tell(value.get(name))}
        if not noted:
            return value
        user_id = value.get("user_id")
        try:
            return {**value, **self.without_secrets(noted, user_id if isinstance(user_id, str) else None)}
        except RecursionError:
            return {**value, **dict.fromkeys(noted)}

    def _may_tell(self, name: object) -> bool:
        return isinstance(name, str) and any(secret in name for secret in ("sk-or-", "user_", self.key or "sk-or-"))

    def without_secrets(self, value: Any, user_id: str | None = None) -> Any:
        """Return the JSON `value` without keys and user ids, wherever they are in it."""
        if isinstance(value, str):
            return self.without_keys(value.replace(user_id, "[user]") if user_id else value)
        if isinstance(value, list):
            return [self.without_secrets(item, user_id) for item in value]
        if isinstance(value, dict):
            kept = {key: item for key, item in value.items() if key not in _USER_IDS}
            return {self.without_keys(key): self.without_secrets(item, user_id) for key, item in kept.items()}
        return value
