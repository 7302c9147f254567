"""Names that a setting may hold, as far as the engine knows them at the moment: models, providers, presets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, Literal

from chat_tui.config.problems import nearest
from chat_tui.engine.catalogue import FRESH_SECONDS
from chat_tui.engine.refused import RefusedError
from chat_tui.models.variants import split_id

if TYPE_CHECKING:
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session

_MODELS = frozenset(("model", "models", "allowed_models", "excluded_models", "analysis_models"))
"""How the names of settings end that hold models."""


_CALLED = {"model": "model", "provider": "provider", "account preset": "preset of your account"}


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


def doubt(setting: str, value: Any, session: Session) -> str:
    """Return the first name in `value` that nobody is known to have, as a sentence; empty when there is none.

    It is no fault: lists are incomplete, so such a name may be right.
    """
    kind = _kind(setting)
    names = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    if kind == "model":
        listed: Collection[str] = session.catalogue.listing.index.by_id
        unknown = [name for name in names if _is_model(name) and split_id(name).listed not in listed]
    elif kind == "provider":
        listed = (*session.providers.slugs_so_far(), *session.providers.names_so_far())
        slugs = {name.lower() for name in listed}
        unknown = [name for name in names if name.partition("/")[0].lower() not in slugs]
    else:
        listed = session.account_presets.slugs_so_far or () if kind == "account preset" else ()
        unknown = [name for name in names if name not in listed]
    if not listed or not unknown:
        return ""
    return f"No {_CALLED[kind]} is known as “{unknown[0]}”.{nearest(unknown[0], listed)}"


def _is_model(name: str) -> bool:
    """Tell whether `name` is one model that catalogues list: no pattern, no alias, no account's preset."""
    return "*" not in name and bool(split_id(name).base) and not split_id(name).is_alias


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
