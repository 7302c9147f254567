"""The requests for a completion: every field that OpenRouter takes, in its current form.

Sources: OpenRouter's OpenAPI description and Python SDK; where both are silent, its documentation. A key that is absent
is not sent, and OpenRouter then fills in nothing; null is only where the API knows null. What an older or another
server gets of it is in `forms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, Required, TypedDict

from chat_tui.openrouter.request_messages import CacheBreakpoint, CacheControl, ChatMessage, Effort
from chat_tui.openrouter.request_plugins import Plugin
from chat_tui.openrouter.request_tools import DeferredTools, StopCondition, Tool, ToolChoice, XSearch

Price = Decimal | float | str
"""USD; sent as text with all its digits (`forms`)."""

SortBy = Literal["price", "throughput", "latency", "exacto"]
Quantization = Literal[
    "int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"
]


class Sort(TypedDict, total=False):
    """What endpoints are sorted by, for each model apart or (`none`) over all of them."""

    by: SortBy | None
    partition: Literal["model", "none"] | None


class Percentiles(TypedDict, total=False):
    """A figure for each percentile of an endpoint's requests."""

    p50: float | None
    p75: float | None
    p90: float | None
    p99: float | None


class MaxPrice(TypedDict, total=False):
    """The dearest endpoint that may serve."""

    prompt: Price
    """USD per million tokens."""
    completion: Price
    """USD per million tokens."""
    image: Price
    """USD each."""
    audio: Price
    """USD per million tokens."""
    request: Price
    """USD each."""


class ProviderPreferences(TypedDict, total=False):
    """Which providers may serve, and in which order; a slug names all endpoints of it, `slug/variant` one of them."""

    order: list[str] | None
    """Tried in this order; it also ends the stickiness that caches need."""
    only: list[str] | None
    ignore: list[str] | None
    allow_fallbacks: bool | None
    """Whether others may serve when those of `order` can't; true unless told."""
    require_parameters: bool | None
    """Only endpoints that heed every parameter of the request."""
    data_collection: Literal["allow", "deny"] | None
    zdr: bool | None
    """Only endpoints that keep no data."""
    enforce_distillable_text: bool | None
    """Only models whose text may train others."""
    quantizations: list[Quantization] | None
    sort: SortBy | Sort | None
    preferred_min_throughput: float | Percentiles | None
    """Tokens per second, by the median or by percentile; slower ones come last, none is excluded."""
    preferred_max_latency: float | Percentiles | None
    """Seconds to the first token, likewise."""
    max_price: MaxPrice
    options: Mapping[str, Mapping[str, Any]]
    """By provider slug: passed on to it as it is."""


class Reasoning(TypedDict, total=False):
    """How long the model thinks, and what is shown of it; `effort` or `max_tokens`, not both."""

    effort: Effort | None
    max_tokens: int
    """Anthropic: 1024 to 128000, and below the reply's own limit."""
    enabled: bool
    """True is the effort `medium`."""
    exclude: bool
    """Think, but send nothing of it."""
    summary: Literal["auto", "concise", "detailed"] | None
    context: Literal["auto", "all_turns", "current_turn"]
    """Which earlier reasoning the model sees."""
    mode: Literal["standard", "pro"]


class PlainFormat(TypedDict):
    """Text, any JSON object, or a Python literal."""

    type: Literal["text", "json_object", "python"]


class JsonSchema(TypedDict, total=False):
    """A named JSON Schema."""

    name: Required[str]
    """Letters, digits, `_` and `-`; 64 characters at most."""
    description: str
    schema: Mapping[str, Any]
    strict: bool | None


class JsonSchemaFormat(TypedDict):
    """JSON that fits a schema."""

    type: Literal["json_schema"]
    json_schema: JsonSchema


class GrammarFormat(TypedDict):
    """Text that fits a grammar."""

    type: Literal["grammar"]
    grammar: str


ResponseFormat = PlainFormat | JsonSchemaFormat | GrammarFormat


class PredictedText(TypedDict):
    """A piece of the expected reply."""

    type: Literal["text"]
    text: str


class Prediction(TypedDict):
    """What most of the reply will be: models that can take it answer sooner."""

    type: Literal["content"]
    content: str | Sequence[PredictedText]


class AudioOutput(TypedDict, total=False):
    """How the reply sounds; only with `audio` among the modalities, and streamed."""

    voice: str
    format: str
    """Such as `mp3` or `pcm16`."""


class Trace(TypedDict, total=False):
    """Names for observability."""

    trace_id: str
    trace_name: str
    span_name: str
    generation_name: str
    parent_span_id: str


class Debug(TypedDict, total=False):
    """What the server tells of its work."""

    echo_upstream_body: bool
    """Begin the stream with the request as each provider got it."""


class WebSearchOptions(TypedDict, total=False):
    """How much of the web a model with a search of its own takes in."""

    search_context_size: Literal["low", "medium", "high"]


class _Request(TypedDict, total=False):
    """What a request has whatever it starts from."""

    model: str
    """`author/slug`, with `:variant` or `@preset/slug`; absent: the account's default."""
    models: list[str]
    """Tried in this order when `model` can't answer."""
    stream: bool
    preset: str
    """The slug of a preset of the account; what the request says too is above it."""

    max_completion_tokens: int | None
    """Reasoning counts."""
    max_tokens: int | None
    """The older name of the same; some providers want 16 at least."""
    temperature: float | None
    """0 to 2."""
    top_p: float | None
    """0 to 1."""
    top_k: int | None
    min_p: float | None
    """0 to 1, against the likeliest token."""
    top_a: float | None
    """0 to 1."""
    frequency_penalty: float | None
    """-2 to 2."""
    presence_penalty: float | None
    """-2 to 2."""
    repetition_penalty: float | None
    """0 to 2; 1 is none."""
    seed: int | None
    stop: str | list[str] | None
    """Up to 4; they end the reply and aren't in it."""
    logit_bias: Mapping[str, float] | None
    """By token id, -100 to 100."""
    logprobs: bool | None
    top_logprobs: int | None
    """0 to 20."""
    verbosity: Literal["low", "medium", "high", "xhigh", "max"]
    prediction: Prediction | None

    provider: ProviderPreferences | None
    plugins: Sequence[Plugin]
    reasoning: Reasoning
    reasoning_effort: Effort | None
    """Short for `reasoning.effort`; if both are there they must agree."""
    include_reasoning: bool
    """The older form of an empty `reasoning`, or of one with `exclude`."""
    response_format: ResponseFormat
    structured_outputs: bool
    tools: Sequence[Tool]
    tool_choice: ToolChoice
    parallel_tool_calls: bool | None
    max_tool_calls: int
    """Of the server's tools; 30 at most."""
    stop_server_tools_when: Sequence[StopCondition]
    """The first that holds counts; `max_tool_calls` then doesn't."""
    deferred_tools: DeferredTools
    web_search_options: WebSearchOptions
    x_search_filter: XSearch

    modalities: list[Literal["text", "image", "audio"]]
    image_config: Mapping[str, str | float | Sequence[Any]]
    """By the model: `aspect_ratio` such as `16:9`, `image_size`, …"""
    audio: AudioOutput

    service_tier: Literal["auto", "default", "fast", "flex", "priority", "scale", "ultrafast"] | None
    session_id: str
    """Keeps the requests of a conversation with one provider, for its cache; 256 characters at most."""
    user: str
    """A pseudonym of whoever asks, the same each time."""
    metadata: Mapping[str, str]
    """16 at most; names up to 64, values up to 512 characters."""
    trace: Trace | Mapping[str, Any]
    cache_control: CacheControl
    """Marks the last part that can be cached, by itself."""
    prompt_cache_key: str | None
    prompt_cache_options: CacheBreakpoint | None
    """`explicit`: only marked parts are cached."""
    debug: Debug


class ChatRequest(_Request, total=False):
    """A request for a reply to messages (`POST /chat/completions`)."""

    messages: Required[Sequence[ChatMessage]]


class TextRequest(_Request, total=False):
    """A request to go on with a text, without roles (`POST /completions`)."""

    prompt: Required[str]
