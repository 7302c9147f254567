"""The account's presets: settings with a name, kept in versions (OpenAPI PresetWithDesignatedVersion).

A preset is used by `@preset/slug` as the model, or beside it.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from chat_tui.openrouter.lenient import Wire


class PresetVersion(Wire):
    """One version; `config` holds fields of a chat request. Times are in RFC 3339."""

    id: str | None = None
    preset_id: str | None = None
    version: int | None = None
    system_prompt: str | None = None
    config: dict[str, Any] = Field(default_factory=dict)
    created_at: str | None = None
    updated_at: str | None = None


class Preset(Wire):
    """A preset; `status` is `active`, `disabled` or `archived`. `designated_version` only comes with a single one."""

    id: str | None = None
    slug: str | None = None
    name: str | None = None
    description: str | None = None
    status: str | None = None
    workspace_id: str | None = None
    designated_version_id: str | None = None
    designated_version: PresetVersion | None = None
    created_at: str | None = None
    updated_at: str | None = None
    status_updated_at: str | None = None
