"""The presets of the demo account: named settings that requests can refer to. The facts are in `presets.toml`."""

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

_CREATED = "2026-09-01T09:00:00.000Z"
_UPDATED = "2026-11-02T14:30:00.000Z"


_KEPT = frozenset(
    {
        *("model", "models", "provider", "plugins", "reasoning", "reasoning_effort", "verbosity", "response_format"),
        *("temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty"),
        *("repetition_penalty", "max_tokens", "max_completion_tokens", "seed", "stop", "logit_bias", "tools"),
        *("tool_choice", "parallel_tool_calls", "modalities", "service_tier", "cache_control"),
    }
)
"""The fields of a request that a preset keeps; the others, messages among them, are left out without a word."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Presets:
    """The account's presets: those that it begins with, and what clients save while the server runs."""

    def __init__(self) -> None:
        text = resources.files(__package__).joinpath("presets.toml").read_text(encoding="utf-8")
        facts = tomllib.loads(text)["presets"]
        self._by_slug = {one["slug"]: _preset(place, one) for place, one in enumerate(facts, 1)}

    def all(self) -> list[dict[str, Any]]:
        """Return the JSON object of each preset, with all `versions`, the oldest first."""
        return list(self._by_slug.values())

    def get(self, slug: str) -> dict[str, Any] | None:
        """Return one preset, or None."""
        return self._by_slug.get(slug)

    def save(self, slug: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Keep what of a request a preset keeps, as a new version; None when the slug can't be one."""
        if not _SLUG.fullmatch(slug):
            return None
        config = {name: value for name, value in body.items() if name in _KEPT}
        known = self._by_slug.get(slug)
        versions = [*(known["versions"] if known else ()), {"config": config}]
        place = list(self._by_slug).index(slug) + 1 if known else len(self._by_slug) + 1
        name = known["name"] if known else slug.replace("-", " ").capitalize()
        self._by_slug[slug] = _preset(place, {"slug": slug, "name": name, "versions": versions})
        return self._by_slug[slug]

    def applied(self, slug: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a request's body with what the preset sets and the request doesn't; None for no such preset."""
        preset = self._by_slug.get(slug)
        if preset is None or preset["status"] != "active":
            return None
        version = preset["versions"][-1]
        merged = {**version["config"], **body}
        prompt = version["system_prompt"]
        if prompt and isinstance(merged.get("messages"), list):
            merged["messages"] = [{"role": "system", "content": prompt}, *merged["messages"]]
        return merged


def listed(preset: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the list says of a preset."""
    return {key: value for key, value in preset.items() if key != "versions"}


def designated(preset: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one preset's page says: the version that requests use comes with it."""
    return {**listed(preset), "designated_version": preset["versions"][-1]}


def _preset(place: int, facts: Mapping[str, Any]) -> dict[str, Any]:
    preset_id = f"00000000-0000-4000-8000-{place:012}"
    versions = [
        {
            "id": f"00000000-0000-4000-9000-{place:06}{number:06}",
            "preset_id": preset_id,
            "version": number,
            "config": version["config"],
            "system_prompt": version.get("system_prompt"),
            "creator_id": "demo",
            "created_at": _CREATED,
            "updated_at": _UPDATED,
        }
        for number, version in enumerate(facts["versions"], 1)
    ]
    return {
        "id": preset_id,
        "slug": facts["slug"],
        "name": facts["name"],
        "description": facts.get("description"),
        "status": facts.get("status", "active"),
        "designated_version_id": versions[-1]["id"],
        "workspace_id": None,
        "creator_user_id": None,
        "created_at": _CREATED,
        "updated_at": _UPDATED,
        "status_updated_at": None,
        "versions": versions,
    }
