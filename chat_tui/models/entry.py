"""One model of the catalogue: what it takes, gives, can do and costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

TEXT_ONLY = ("text",)


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars for one of each: a token, an image, a search, a request. None: no such price is named."""

    prompt: Decimal | None = None
    completion: Decimal | None = None
    input_cache_read: Decimal | None = None
    input_cache_write: Decimal | None = None
    input_cache_write_1h: Decimal | None = None
    input_audio_cache: Decimal | None = None
    audio: Decimal | None = None
    audio_output: Decimal | None = None
    image: Decimal | None = None
    image_output: Decimal | None = None
    image_token: Decimal | None = None
    internal_reasoning: Decimal | None = None
    web_search: Decimal | None = None
    request: Decimal | None = None

    def named(self) -> Iterator[tuple[str, Decimal]]:
        """Yield the prices that are named: the field, which `prices.RATES` puts into words, and the dollars."""
        for name in Rates.__slots__:
            price = getattr(self, name)
            if price is not None:
                yield name, price


@dataclass(frozen=True, slots=True)
class Override(Rates):
    """Prices that count under a condition, in place of those of the same name; of several, the last wins.

    Args:
        min_prompt_tokens: For prompts of at least so many tokens.
        utc_start: From this time of the day on (UTC), as a clock shows it without the colon: 1030.
        utc_end: Until this one, not included; the span may pass midnight.
        utc_days: Only on these (`monday`, …); empty for every day.
    """

    min_prompt_tokens: int | None = None
    utc_start: int | None = None
    utc_end: int | None = None
    utc_days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prices(Rates):
    """A model's prices.

    Args:
        varies: What a prompt costs depends on where a router sends it; then no token's price is named.
        discount: A share of 1 that the prices are already less by.
        overrides: Prices under conditions.
    """

    varies: bool = False
    discount: Decimal | None = None
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasoning:
    """How a model thinks before it answers; None: not told."""

    mandatory: bool | None = None
    default_enabled: bool | None = None
    default_effort: str | None = None
    efforts: tuple[str, ...] = ()
    """`low`, `high`, …; empty: not told."""
    takes_budget: bool | None = None
    """Whether a number of tokens can be set for it."""


@dataclass(frozen=True, slots=True)
class Arena:
    """How people preferred a model's designs in one arena (Design Arena); rank 1 is the best, `win_rate` in percent."""

    name: str
    elo: float | None = None
    rank: int | None = None
    win_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """What others measured (Artificial Analysis' indices), the higher the better; None: not measured."""

    intelligence: float | None = None
    coding: float | None = None
    agentic: float | None = None
    arenas: tuple[Arena, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model as the catalogue has it; None and empty: the server doesn't say.

    Every string is a stranger's: it passes `text.one_line` where it is shown.
    """

    id: str
    name: str
    """For people; the id where there is none."""
    author: str = ""
    """The maker's slug, `google`; empty where ids don't begin with one."""
    description: str = ""
    canonical_slug: str | None = None
    """The dated id that replies may report."""
    alias_of: str | None = None
    """The id that a `~author/…-latest` stands for now."""
    alias_name: str | None = None
    created: datetime | None = None
    """When it came to the catalogue, in UTC."""
    expires: date | None = None
    """The last day on which it is offered."""
    knowledge_cutoff: str | None = None
    """As the server writes it, mostly a day such as 2024-08-31."""
    context: int | None = None
    """Tokens, of prompt and reply together."""
    max_output: int | None = None
    """Tokens of one reply."""
    prices: Prices = Prices()
    inputs: tuple[str, ...] = ()
    """`text`, `image`, `file`, `audio`, `video`."""
    outputs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """The fields of a request that it knows, such as `temperature` or `tools`."""
    default_parameters: tuple[tuple[str, float], ...] = ()
    """What its makers recommend for sampling."""
    voices: tuple[str, ...] = ()
    reasoning: Reasoning | None = None
    scores: Scores = Scores()
    tokenizer: str | None = None
    hugging_face_id: str | None = None
    """Where its weights are, when they are open."""
    moderated: bool | None = None

    @property
    def variant(self) -> str:
        """What follows the first colon of the id: `free`, `thinking`; empty for the model itself."""
        return self.id.partition(":")[2]

    @property
    def is_router(self) -> bool:
        """Whether it only chooses another model for each prompt; an alias stands for one model at a time."""
        return self.prices.varies or (self.tokenizer == "Router" and not self.id.startswith("~"))

    @property
    def is_free(self) -> bool:
        """Whether a prompt and its answer in text cost nothing.

        A price of zero alone doesn't say so: music and pictures may be charged for by the piece.
        """
        if self.prices.varies or self.prices.prompt != 0 or self.prices.completion != 0:
            return False
        if self.variant.split(":")[0] == "free" or self.id == "openrouter/free":
            return True
        return self.outputs == TEXT_ONLY and not any(price for _, price in self.prices.named())

    @property
    def has_tools(self) -> bool:
        """Whether it can call tools."""
        return "tools" in self.parameters

    @property
    def has_reasoning(self) -> bool:
        """Whether it can think before it answers."""
        return self.reasoning is not None or "reasoning" in self.parameters

    @property
    def has_json(self) -> bool:
        """Whether it can be made to answer in JSON."""
        return "response_format" in self.parameters or "structured_outputs" in self.parameters

    @property
    def chats(self) -> bool:
        """Whether it answers in text, as far as is known: what a chat needs."""
        return not self.outputs or "text" in self.outputs
