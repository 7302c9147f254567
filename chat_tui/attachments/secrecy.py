"""Files that are attached only when that is said to be meant: keys, and what lies in hidden folders."""

from __future__ import annotations

import re
from pathlib import Path

_KEYS = re.compile(
    r"\.env(\..+)?|\.netrc|_netrc|\.pgpass|\.npmrc|\.pypirc|\.git-credentials|\.htpasswd|"
    r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.+\.(pem|key|p12|pfx|ppk|jks|keystore|kdbx|gpg|age)|"
    r"credentials(\.(json|toml|ya?ml|csv))?|client_secret.*\.json|secrets?\.(json|toml|ya?ml)",
    re.IGNORECASE,
)
PRIVATE_KEY = "holds a private key, and everybody who serves the model will have it. Attach it all the same?"


def doubt_about(path: Path) -> str:
    """Return why a file may not be meant to leave, as a question that follows its name; empty when nothing says so."""
    for place in (path.absolute(), _resolved(path)):
        if folder := next((part for part in place.parts[:-1] if part.startswith(".") and part not in (".", "..")), ""):
            return f"is in the hidden folder “{folder}”. Attach it all the same?"
        if _KEYS.fullmatch(place.name):
            return "looks like a key or a password. Attach it all the same?"
    return ""


def _resolved(path: Path) -> Path:
    """Return where `path` leads: a link elsewhere hides nothing."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
