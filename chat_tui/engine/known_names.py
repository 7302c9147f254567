"""Names that a setting may hold, as far as the engine knows them at the moment: models, providers, presets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from chat_tui.engine.catalogue import FRESH_SECONDS
from chat_tui.engine.refused import RefusedError

if TYPE_CHECKING:
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

_MODELS = frozenset(("model", "models", "allowed_models", "excluded_models", "analysis_models"))
"""How the names of settings end that hold models."""


def known_names(setting: str, library: Library, session: Session | None) -> Sequence[str]:
    """Return what could be completed for the setting of that dotted name, without waiting for anybody.

    Args:
        setting: Its name.
        library: Where the presets in files are.
        session: The engine, when it runs already.
    """
    kind = _kind(setting)
    if kind == "local preset":
        return library.presets.names()
    if session is None or not kind:
        return ()
    if kind == "model":
        return tuple(session.catalogue.listing.index.by_id)
    return session.providers.slugs_so_far() if kind == "provider" else session.account_presets.slugs_so_far or ()


async def learn_names(setting: str, session: Session) -> bool:
    """Ask for the names that the setting may hold, unless that was done; tell whether there are any."""
    kind = _kind(setting)
    if kind == "model":
        listing = await session.catalogue.open()
        if not listing.index.entries and not listing.problem:
            listing = await session.catalogue.refresh(older_than=FRESH_SECONDS)
        return bool(listing.index.entries)
    if kind == "provider":
        return bool(await session.providers.slugs(again=False))
    if kind == "account preset" and session.account_presets.slugs_so_far is None:
        try:
            return bool(await session.account_presets.all())
        except RefusedError:
            return False
    return False


def _kind(setting: str) -> Literal["model", "provider", "local preset", "account preset", ""]:
    match setting:
        case "local_preset":
            return "local preset"
        case "preset":
            return "account preset"
        case "provider.order" | "provider.only" | "provider.ignore":
            return "provider"
    return "model" if setting.rpartition(".")[2] in _MODELS else ""
