"""Attaching: what somebody named becomes a part of a prompt, kept with the draft."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chat_tui.attachments.values import AS_IT_IS, Refusal, Staged, Wishes
from chat_tui.conversation.folder import attachment_name
from chat_tui.conversation.values import FilePart


def wishes_of(settings: Mapping[str, Any]) -> Wishes:
    """Return what the application's `settings` want done to pictures."""
    said = settings.get("attachments") or {}
    return Wishes(said.get("scale") or 0, bool(said.get("keep_location")))


def attach(
    source: str | Path,
    folder: Path,
    wishes: Wishes = AS_IT_IS,
    *,
    sure: bool = False,
    name: str = "",
) -> Staged | Refusal:
    """Return what is attached of a file or an `https` address, or why it isn't; it blocks, and never raises.

    Args:
        source: A path, with `~` for home and `file://` too, or an address.
        folder: Where the draft keeps files.
        wishes: What is to be done to pictures.
        sure: It is meant, though it looks like a key or is in a hidden folder.
        name: What it is called, when not as `source` is.
    """
    from chat_tui.attachments.links import attach_link, is_address
    from chat_tui.attachments.paths import named_path
    from chat_tui.attachments.staging import stage

    if isinstance(source, str) and is_address(source):
        return attach_link(source, name)
    return stage(named_path(source) if isinstance(source, str) else source, folder, wishes, sure=sure, name=name)


def rescale(part: FilePart, folder: Path, side: int) -> Staged | Refusal:
    """Return a picture that is attached anew with no more than `side` pixels on its longer side; it blocks."""
    from chat_tui.attachments.staging import stage

    # Where it was taken was dealt with when it was attached.
    kept = folder / attachment_name(part)
    return stage(kept, folder, Wishes(side, keep_location=True), sure=True, name=part.name)
