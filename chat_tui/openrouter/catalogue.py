"""The catalogue's models, with their limits and prices (OpenAPI Model)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import model_validator

from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.lenient import Count, Many, Money, Wire


class Architecture(Wire):
    """What a model takes and gives: `text`, `image`, `file`, `audio`, `video`."""

    modality: str | None = None
    input_modalities: Many[str] = ()
    output_modalities: Many[str] = ()
    tokenizer: str | None = None
    instruct_type: str | None = None


class Prices(Wire):
    """US dollars per unit: token, image, search or request. None: no such price. -1: it varies (routers)."""

    prompt: Money | None = None
    completion: Money | None = None
    input_cache_read: Money | None = None
    input_cache_write: Money | None = None
    input_cache_write_1h: Money | None = None
    input_audio_cache: Money | None = None
    audio: Money | None = None
    audio_output: Money | None = None
    image: Money | None = None
    image_output: Money | None = None
    image_token: Money | None = None
    internal_reasoning: Money | None = None
    web_search: Money | None = None
    request: Money | None = None


class PriceOverride(Prices):
    """Prices under a condition: more prompt tokens than that, or hours of the day.

    The hours are numbers as on a clock in UTC, 1030 for 10:30, the last one not included; they may pass midnight.
    `utc_days` are `monday` and so on, empty for every day.
    """

    min_prompt_tokens: Count | None = None
    utc_start: int | None = None
    utc_end: int | None = None
    utc_days: Many[str] = ()


class Pricing(Prices):
    """A model's prices; of `overrides` that apply, the last wins. `discount` is a share of 1."""

    discount: Money | None = None
    overrides: Many[PriceOverride] = ()

    @property
    def varies(self) -> bool:
        """Whether the price depends on where a router sends the prompt."""
        return any(price is not None and price < 0 for price in (self.prompt, self.completion))


class TopProvider(Wire):
    """The limits (tokens) of the provider that the router prefers."""

    context_length: Count | None = None
    max_completion_tokens: Count | None = None
    is_moderated: bool | None = None


class DefaultParameters(Wire):
    """What a model's makers recommend for sampling."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    repetition_penalty: float | None = None


class ModelReasoning(Wire):
    """How a model reasons. `supported_efforts` None: not known."""

    mandatory: bool | None = None
    default_enabled: bool | None = None
    default_effort: str | None = None
    supported_efforts: tuple[str, ...] | None = None
    supports_max_tokens: bool | None = None


class Indices(Wire):
    """Artificial Analysis' scores, the higher the better."""

    intelligence_index: float | None = None
    coding_index: float | None = None
    agentic_index: float | None = None


class ArenaScore(Wire):
    """How people preferred a model's designs in one arena; `win_rate` in percent, rank 1 is the best."""

    arena: str | None = None
    category: str | None = None
    elo: float | None = None
    rank: int | None = None
    win_rate: float | None = None


class Benchmarks(Wire):
    """What others measured."""

    artificial_analysis: Indices | None = None
    design_arena: Many[ArenaScore] = ()


class AliasTarget(Wire):
    """The model that a `~author/family-latest` alias stands for."""

    name: str | None = None
    slug: str | None = None


# Where other servers tell the context: LM Studio, vLLM, Mistral, Groq. What is loaded counts before what could be.
_CONTEXT_ELSEWHERE = ("loaded_context_length", "max_model_len", "max_context_length", "context_window")
_CONTEXT_IN_META = ("n_ctx", "n_ctx_train")  # llama.cpp


class Model(Wire):
    """One model of the catalogue; `created` is in Unix seconds, context in tokens. Other servers tell little of it."""

    id: str = ""
    canonical_slug: str | None = None
    name: str | None = None
    created: int | None = None
    description: str | None = None
    context_length: Count | None = None
    architecture: Architecture = Architecture()
    pricing: Pricing = Pricing()
    top_provider: TopProvider = TopProvider()
    supported_parameters: Many[str] = ()
    default_parameters: DefaultParameters | None = None
    supported_voices: Many[str] = ()
    reasoning: ModelReasoning | None = None
    hugging_face_id: str | None = None
    knowledge_cutoff: str | None = None
    expiration_date: str | None = None
    alias_target: AliasTarget | None = None
    benchmarks: Benchmarks | None = None
    owned_by: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _context_from_elsewhere(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or value.get("context_length") is not None:
            return value
        meta = value.get("meta")
        told = [value.get(name) for name in _CONTEXT_ELSEWHERE]
        told += [meta.get(name) for name in _CONTEXT_IN_META] if isinstance(meta, Mapping) else []
        length = next((number for number in told if isinstance(number, int) and number > 0), None)
        return value if length is None else {**value, "context_length": length}


# A model has some 50 values, and there may be thousands of models; but none has thousands of values.
_MOST_VALUES = 1_000_000
_MOST_OF_ONE = 5_000


def decode_list(text: str) -> Any:
    """Return the value of a list's JSON, which may be longer than that of anything else.

    Raises:
        ValueError: as of `decode_json`.
    """
    return decode_json(text, _MOST_VALUES)


def _values(value: Any) -> int:
    """Return how many values there are in one."""
    if isinstance(value, dict):
        return 1 + sum(map(_values, value.values()))
    return 1 + sum(map(_values, value)) if isinstance(value, list) else 1


class ModelList(Wire):
    """The catalogue. `text` is the JSON that it was read from: what a cache keeps."""

    data: Many[Model] = ()
    total_count: int | None = None
    text: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the catalogue in JSON `text`, without the entries that have no id.

        Raises:
            ValueError: `text` isn't JSON, or neither a list nor an object with a list `data`.
        """
        return cls.of(decode_list(text), text)

    @classmethod
    def of(cls, value: Any, text: str) -> Self:
        """Return the catalogue in `value`, which was decoded from `text`.

        Raises:
            ValueError: as of `parse`.
        """
        whole = value if isinstance(value, dict) else {"data": value}
        entries = whole.get("data", whole)
        if entries is None:  # Ollama's empty list
            entries = []
        if not isinstance(entries, list):
            raise ValueError("no list of models")
        models = [Model.read(entry) for entry in entries if isinstance(entry, dict) and _values(entry) <= _MOST_OF_ONE]
        listed = tuple(model for model in models if model.id)
        if not isinstance(value, dict) and entries and not listed:
            raise ValueError("a list, but not of models")
        count = whole.get("total_count")
        return cls(data=listed, total_count=count if isinstance(count, int) else None, text=text)

    def __len__(self) -> int:
        return len(self.data)

    def models(self) -> Iterator[Model]:
        """Iterate over the models in the server's order."""
        return iter(self.data)
