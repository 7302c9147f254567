"""What the wire says of a model, as the value that lists and filters work with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from chat_tui.models.entry import Arena, ModelEntry, Override, Prices, Rates, Reasoning, Scores

if TYPE_CHECKING:
    from chat_tui.openrouter.catalogue import Benchmarks, Model, ModelReasoning, PriceOverride, Pricing
    from chat_tui.openrouter.catalogue import Prices as WirePrices


def entry_of(model: Model) -> ModelEntry:
    """Return what the catalogue says of `model`."""
    architecture, top, alias = model.architecture, model.top_provider, model.alias_target
    sampling = model.default_parameters
    return ModelEntry(
        id=model.id,
        name=model.name or model.id,
        author=_author(model),
        description=model.description or "",
        canonical_slug=model.canonical_slug,
        alias_of=alias.slug if alias else None,
        alias_name=alias.name if alias else None,
        created=_moment(model.created),
        expires=_day(model.expiration_date),
        knowledge_cutoff=model.knowledge_cutoff,
        context=model.context_length,
        max_output=top.max_completion_tokens,
        prices=prices_of(model.pricing),
        inputs=architecture.input_modalities,
        outputs=architecture.output_modalities,
        parameters=model.supported_parameters,
        default_parameters=tuple(
            (name, value) for name in type(sampling).model_fields if (value := getattr(sampling, name)) is not None
        )
        if sampling
        else (),
        voices=model.supported_voices,
        reasoning=_reasoning(model.reasoning),
        scores=_scores(model.benchmarks),
        tokenizer=architecture.tokenizer,
        hugging_face_id=model.hugging_face_id or None,
        moderated=top.is_moderated,
    )


def _author(model: Model) -> str:
    author, slash, _ = model.id.partition("/")
    return author.removeprefix("~") if slash else model.owned_by or ""


def _moment(seconds: int | None) -> datetime | None:
    """Return when that was, unless no clock shows it; other servers say 0 for what they don't know."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def prices_of(pricing: Pricing) -> Prices:
    """Return the prices; less than nothing is no price: it says that it varies."""
    rates = _rates(pricing)
    if pricing.varies:
        rates |= {"prompt": None, "completion": None}
    return Prices(
        **rates,
        varies=pricing.varies,
        discount=pricing.discount or None,
        overrides=tuple(map(_override, pricing.overrides)),
    )


def _override(override: PriceOverride) -> Override:
    return Override(
        **_rates(override),
        min_prompt_tokens=override.min_prompt_tokens,
        utc_start=override.utc_start,
        utc_end=override.utc_end,
        utc_days=override.utc_days,
    )


def _rates(prices: WirePrices) -> dict[str, Decimal | None]:
    told: dict[str, Decimal | None] = {name: getattr(prices, name) for name in Rates.__slots__}
    return {
        name: price if price is not None and price.is_finite() and price >= 0 else None for name, price in told.items()
    }


def _reasoning(told: ModelReasoning | None) -> Reasoning | None:
    if told is None:
        return None
    return Reasoning(
        mandatory=told.mandatory,
        default_enabled=told.default_enabled,
        default_effort=told.default_effort,
        efforts=told.supported_efforts or (),
        takes_budget=told.supports_max_tokens,
    )


def _scores(told: Benchmarks | None) -> Scores:
    if told is None:
        return Scores()
    indices = told.artificial_analysis
    return Scores(
        intelligence=indices.intelligence_index if indices else None,
        coding=indices.coding_index if indices else None,
        agentic=indices.agentic_index if indices else None,
        arenas=tuple(
            Arena(" ".join(filter(None, (score.arena, score.category))), score.elo, score.rank, score.win_rate)
            for score in told.design_arena
        ),
    )
