"""Which server is asked, and with which key: keys go only where they belong."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from chat_tui.config.problems import ConfigError
from chat_tui.paths import NotTomlError, read_toml

OPENROUTER = "https://openrouter.ai/api/v1"
KEY_VARIABLE = "OPENROUTER_API_KEY"
BASE_URL_VARIABLE = "OPENROUTER_BASE_URL"

Speaks = Literal["openrouter", "openrouter-old", "openai"]
"""OpenRouter's API as it is, as it was, or OpenAI's alone."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where requests go, and the key that is sent there; the key is never printed."""

    base_url: str = OPENROUTER
    key: str | None = field(default=None, repr=False)
    speaks: Speaks = "openrouter"
    """What it understands; requests are put in that form."""

    @property
    def is_openrouter(self) -> bool:
        host = urlsplit(self.base_url).hostname or ""
        return host == "openrouter.ai" or host.endswith(".openrouter.ai")

    @property
    def origin(self) -> str:
        """Scheme, host and port, in lower case and without user names: what caches and credentials are kept by."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port else "")


def find_server(environment: Mapping[str, str], credentials: Path, base_url: str | None = None) -> Server:
    """Return the server that the flag or the environment names, with the key for it, if there is one.

    Raises:
        ConfigError: when the address is none, would send a key in clear, or the credentials can't be used.
    """
    address = base_url or environment.get(BASE_URL_VARIABLE) or OPENROUTER
    server = Server(_checked(address.strip().rstrip("/")))
    # The environment's key goes to OpenRouter, or to the address that the same person gave by flag or environment:
    # there is no third source of addresses here, by design.
    key = environment.get(KEY_VARIABLE, "").strip() or _key_in_file(credentials, server)
    return Server(server.base_url, key or None)


def known_keys(environment: Mapping[str, str], credentials: Path) -> list[str]:
    """Return every key that is known here, for whichever server; none of a file that can't be read."""
    try:
        data = read_toml(credentials)
    except (OSError, NotTomlError):
        data = {}
    tables = [data, *(table for table in _table(data, "servers").values() if isinstance(table, Mapping))]
    keys = (environment.get(KEY_VARIABLE, "").strip(), *(table.get("key") for table in tables))
    return [key for key in keys if isinstance(key, str) and key]


def speaking(server: Server, settings: Mapping[str, Any]) -> Server:
    """Return `server` with the API that `settings` say it speaks, in its table under `servers`."""
    tables = {origin.lower(): table for origin, table in settings.get("servers", {}).items()}
    return replace(server, **tables.get(server.origin, {}))


def is_origin(text: str) -> bool:
    """Tell whether `text` is an origin, as servers' tables are named by: scheme, host and port, no path."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and Server(text).origin == text.lower()
    except ValueError:
        return False


def _checked(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError(
            f"The base URL “{address}” is no web address. It should look like {OPENROUTER}; "
            f"correct --base-url or {BASE_URL_VARIABLE}."
        )
    if parts.scheme == "http" and not _is_loopback(host):
        raise ConfigError(
            f"The base URL “{address}” would send your key in clear. Use https; plain http is only for this computer."
        )
    return address


def _is_loopback(host: str) -> bool:
    import ipaddress

    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _key_in_file(path: Path, server: Server) -> str | None:
    try:
        mode = path.stat().st_mode
        data = None if _others_can_read(mode) else read_toml(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error}. Correct it, or set {KEY_VARIABLE}.") from None
    except NotTomlError:
        # The decoder's message may quote the line, and that line may be the key.
        raise ConfigError(f'{path} can\'t be read: it is not TOML. It needs one line: key = "sk-or-v1-…"') from None
    if data is None:
        raise ConfigError(f"{path} holds a key that others can read, so it isn't used. Run: chmod 600 '{path}'")
    key = data.get("key") if server.is_openrouter else _table(data, "servers", server.origin).get("key")
    return key if isinstance(key, str) else None


def _others_can_read(mode: int) -> bool:
    return os.name == "posix" and bool(mode & (stat.S_IRWXG | stat.S_IRWXO))


def _table(data: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = data.get(name)
        if not isinstance(inner, Mapping):
            return {}
        data = inner
    return data
