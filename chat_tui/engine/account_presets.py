"""The presets of an OpenRouter account: listed, what each would set beside a chat's settings, saved from a chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chat_tui.config.names import Layer, flat
from chat_tui.engine.refused import RefusedError
from chat_tui.openrouter.errors import Forbidden, NotOffered, OpenRouterError, Unauthorized
from chat_tui.reply.request import NOT_SENT, field_of, settings_of

if TYPE_CHECKING:
    from chat_tui.openrouter.client import Client
    from chat_tui.openrouter.presets import Preset

PAGE = "openrouter.ai/settings/presets"


@dataclass(frozen=True, slots=True)
class AccountPreset:
    """A preset of the account; every string is a stranger's.

    Args:
        slug: What requests name it by: `@preset/slug`.
        name: For people.
        description: What it is for.
        status: `active`, `disabled` or `archived`; only active ones can be used.
        version: The number of the version that requests use; None in a list, which doesn't tell.
        system: Its system prompt, which comes before a chat's own.
        config: The fields of a request that it sets; empty in a list.
    """

    slug: str
    name: str = ""
    description: str = ""
    status: str = "active"
    version: int | None = None
    system: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Layer:
        """What it sets, in the shape of a chat's settings."""
        return {**settings_of(self.config), **({"system": self.system} if self.system else {})}


def effective(preset: AccountPreset, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a request that names `preset` comes to: each field that it has wins, as a whole (a shallow merge).

    Args:
        preset: With its settings.
        request: What is sent beside the conversation (`ChatSettings.request`).
    """
    own = {name: value for name, value in request.items() if name not in ("model", "preset")}
    model = str(request.get("model", "")).partition("@preset/")[0]
    system = [{"role": "system", "content": preset.system}] if preset.system else []
    messages = [*system, *own.pop("messages", ())]
    merged = {**preset.config, **({"model": model} if model else {}), **own, "messages": messages}
    order = dict.fromkeys(("model", *request, *preset.config, "messages"))
    return {name: merged[name] for name in order if name in merged and (name != "messages" or messages)}


def hidden_names(preset: AccountPreset, values: Mapping[str, Any]) -> list[str]:
    """Return the settings among `values` that would take the place of what `preset` sets."""
    sets = {*preset.config, *(("system",) if preset.system else ())}
    return [name for name in values if field_of(name) in sets]


class AccountPresets:
    """Asks the server for the account's presets.

    Args:
        client: The server's.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self.slugs_so_far: tuple[str, ...] | None = None
        """Of the presets that were there when the server last told; None: it never did."""

    async def all(self) -> list[AccountPreset]:
        """Return the account's presets, without what they set.

        Raises:
            RefusedError: when the server doesn't tell, with the reason.
        """
        try:
            presets = [_preset(one) for one in await self._client.presets() if one.slug]
        except OpenRouterError as error:
            raise RefusedError(_sentence(error, "list presets")) from error
        self.slugs_so_far = tuple(preset.slug for preset in presets)
        return presets

    async def read(self, slug: str) -> AccountPreset:
        """Return one preset, with what it sets.

        Raises:
            RefusedError: when there is none, or the server doesn't tell.
        """
        try:
            return replace(_preset(await self._client.preset(slug)), slug=slug)  # it answers to this one
        except OpenRouterError as error:
            raise RefusedError(_sentence(error, "read presets")) from error

    async def save(self, slug: str, settings: Layer, request: Mapping[str, Any]) -> tuple[AccountPreset, list[str]]:
        """Save a chat as the preset `slug`: a new version where there is one of that name.

        Args:
            slug: Small letters and digits, with hyphens between.
            settings: What holds in the chat.
            request: What it sends beside its messages.

        Returns:
            The preset as it is now, and the names of the chat's settings that OpenRouter didn't keep.

        Raises:
            RefusedError: when the key may not, or the server won't, with the reason.
        """
        sent = {name: value for name, value in request.items() if name not in ("preset", "stream", "messages")}
        try:
            saved = replace(_preset(await self._client.save_preset(slug, sent)), slug=slug)
        except OpenRouterError as error:
            raise RefusedError(_sentence(error, "save presets")) from error
        kept = {*saved.config, *(("system",) if saved.system else ())}
        sent_ones = (name for name in flat(settings) if name.partition(".")[0] not in NOT_SENT)
        return saved, sorted({name for name in sent_ones if field_of(name) not in kept})


def _preset(wire: Preset) -> AccountPreset:
    version = wire.designated_version
    return AccountPreset(
        slug=wire.slug or "",
        name=wire.name or wire.slug or "",
        description=wire.description or "",
        status=wire.status or "active",
        version=version.version if version else None,
        system=(version.system_prompt or "") if version else "",
        config=_plain(version.config) if version else {},
    )


def _plain(value: Any) -> Any:
    """Return JSON as settings have it: numbers that were read exactly, as prices are, become plain ones."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _sentence(error: OpenRouterError, what: str) -> str:
    if isinstance(error, Unauthorized | Forbidden):
        said = f" It says: {error.message}" if error.message else ""
        return f"This key may not {what}.{said} Do it at {PAGE}, or keep a preset here: /preset save NAME."
    if isinstance(error, NotOffered):
        return f"This server has no presets of its own. Keep one here: /preset save NAME. ({error.sentence})"
    return error.sentence
