"""The presets of the demo account: named settings that requests can refer to. The facts are in `presets.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

_CREATED = "2026-09-01T09:00:00.000Z"
_UPDATED = "2026-11-02T14:30:00.000Z"


@cache
def presets() -> dict[str, dict[str, Any]]:
    """Return the JSON object of each preset by its slug, with all `versions`, the oldest first."""
    text = resources.files(__package__).joinpath("presets.toml").read_text(encoding="utf-8")
    return {facts["slug"]: _preset(place, facts) for place, facts in enumerate(tomllib.loads(text)["presets"], 1)}


def listed(preset: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the list says of a preset."""
    return {key: value for key, value in preset.items() if key != "versions"}


def designated(preset: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one preset's page says: the version that requests use comes with it."""
    return {**listed(preset), "designated_version": preset["versions"][-1]}


def applied(slug: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a request's body with what the preset sets and the request doesn't; None when there is no such preset."""
    preset = presets().get(slug)
    if preset is None or preset["status"] != "active":
        return None
    version = preset["versions"][-1]
    merged = {**version["config"], **body}
    prompt = version["system_prompt"]
    if prompt and isinstance(merged.get("messages"), list):
        merged["messages"] = [{"role": "system", "content": prompt}, *merged["messages"]]
    return merged


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
