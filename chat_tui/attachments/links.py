"""Addresses that are attached: what is there is told by how the address ends, for nothing is fetched."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from chat_tui.attachments.kinds import kind_of_ending
from chat_tui.attachments.values import Refusal, Staged
from chat_tui.conversation.values import LinkKind, LinkPart
from chat_tui.text import one_line

_LONGEST = 8192
_HIDDEN = re.compile("[\x00-\x20\x7f-\xa0\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_YOUTUBE = ("youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be")
_IMAGES = ("png", "jpg", "jpeg", "gif", "webp")
_VIDEOS = ("mp4", "mpeg", "mpg", "mov", "webm")


def is_address(text: str) -> bool:
    """Tell whether `text` begins as an address does, so that it is none of a file."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE) is not None and not text.lower().startswith("file://")


def attach_link(url: str, name: str = "") -> Staged | Refusal:
    """Return what is attached of an address, or why it can't be."""
    url = url.strip()
    shown = one_line(url, 60)
    if len(url) > _LONGEST or _HIDDEN.search(url):
        return Refusal(f"“{shown}” is no address: it is too long, or has spaces or control characters.")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return Refusal(f"“{shown}” is no address. Look at how it is written.")
    if parts.username is not None or parts.password is not None:
        return Refusal("This address has a user name or a password in it, which is not sent. Attach it without.")
    if parts.scheme.lower() != "https":
        return Refusal(f"“{shown}” can't be attached: only https addresses are sent. Download it and attach the file.")
    if not host:
        return Refusal(f"“{shown}” is no address: it names no server. Look at how it is written.")
    last = unquote(parts.path.rpartition("/")[2])
    kind = _kind(host.lower(), last.rpartition(".")[2].lower() if "." in last else "")
    if isinstance(kind, str):
        return Staged(LinkPart(kind, url, one_line(name or last or host, 200)))
    return Refusal(
        f"“{shown}” doesn't say that it is a picture (PNG, JPEG, WebP, GIF), a PDF or a video (MP4, MPEG, MOV, WebM, "
        "YouTube). Download it and attach the file."
    )


def _kind(host: str, ending: str) -> LinkKind | None:
    if host in _YOUTUBE or ending in _VIDEOS:
        return "video"
    if ending in _IMAGES:
        return "image"
    return "file" if kind_of_ending(ending) == "pdf" else None
