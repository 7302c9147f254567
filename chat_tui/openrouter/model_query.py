"""The question to ask of the catalogue: which models, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

Category = Literal[
    "programming",
    "roleplay",
    "marketing",
    "marketing/seo",
    "technology",
    "science",
    "translation",
    "legal",
    "finance",
    "health",
    "trivia",
    "academia",
]
Order = Literal[
    "most-popular",
    "newest",
    "top-weekly",
    "pricing-low-to-high",
    "pricing-high-to-low",
    "context-high-to-low",
    "throughput-high-to-low",
    "latency-low-to-high",
    "intelligence-high-to-low",
    "coding-high-to-low",
    "agentic-high-to-low",
    "design-arena-elo-high-to-low",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuery:
    """What to ask `/models` for; None isn't sent (OpenAPI `getModels`).

    The server filters by all of these; `/models/user` only knows `output_modalities`, `sort`, `offset` and `limit`.

    Args:
        output_modalities: What a model gives: `text`, `image`, `audio`, … or `all`; the server's default is `text`.
        input_modalities: What it takes: `text`, `image`, `audio`, `file`.
        category: What it is used for.
        supported_parameters: Request fields that it knows, such as `tools`.
        q: Words in its name or id.
        sort: The order of the list.
        context: The least context, in tokens.
        min_price: Of the prompt, in US dollars per million tokens; so is `max_price`.
        min_output_price: Of the completion, in US dollars per million tokens; so is `max_output_price`.
        arch: The family, such as `Claude`.
        model_authors: The makers' slugs.
        providers: The providers' slugs or names.
        distillable: Whether its makers allow training on its output.
        zdr: Only what is served without keeping any data.
        region: Only what is served there.
        min_age_days: Days since it came to the catalogue; so is `max_age_days`.
        min_intelligence_index: Artificial Analysis' index, as are all that end in `_index`.
        min_tool_success_rate: The share of tool calls that were valid; so is `max_tool_success_rate`.
        offset: How many models to skip.
        limit: How many models to return, at most 1000. With neither this nor `offset` the list is whole.
    """

    output_modalities: Sequence[str] = ("all",)
    input_modalities: Sequence[str] = ()
    category: Category | None = None
    supported_parameters: Sequence[str] = ()
    q: str | None = None
    sort: Order | None = None
    context: int | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    min_output_price: Decimal | None = None
    max_output_price: Decimal | None = None
    arch: str | None = None
    model_authors: Sequence[str] = ()
    providers: Sequence[str] = ()
    distillable: bool | None = None
    zdr: bool = False
    region: Literal["eu", "us"] | None = None
    min_age_days: int | None = None
    max_age_days: int | None = None
    min_intelligence_index: float | None = None
    max_intelligence_index: float | None = None
    min_coding_index: float | None = None
    max_coding_index: float | None = None
    min_agentic_index: float | None = None
    max_agentic_index: float | None = None
    min_tool_success_rate: float | None = None
    max_tool_success_rate: float | None = None
    offset: int | None = None
    limit: int | None = None

    @property
    def is_one_page(self) -> bool:
        """Whether a part of the list is asked for, and not all of it."""
        return self.offset is not None or self.limit is not None

    def parameters(self) -> dict[str, str]:
        """Return the query of the address, not yet encoded."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        if not self.zdr:
            del values["zdr"]  # there is no way to ask for those that keep data
        return {name: _written(value) for name, value in values.items() if value not in (None, (), [], "")}


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (str, int, float)):
        return str(value)
    return ",".join(map(str, value)) if isinstance(value, Sequence) else str(value)
