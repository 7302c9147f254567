"""The plugins of a request, told apart by their `id` (OpenAPI ChatRequest.plugins)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Required, TypedDict

from chat_tui.openrouter.request_tools import NestedTool, SearchMode, UserLocation, XSearch

CostTier = Literal["low", "medium", "high", "xhigh", "max"]


class WebPlugin(TypedDict, total=False):
    """Web search before the model answers; the tool `openrouter:web_search` is its successor."""

    id: Required[Literal["web"]]
    enabled: bool
    engine: Literal["native", "exa", "firecrawl", "parallel", "perplexity"]
    """Absent: the provider's own search where it has one."""
    max_results: int
    """For each search; 5 unless told. Some engines are paid by the result."""
    max_uses: int
    mode: SearchMode
    search_prompt: str
    """What introduces the results to the model."""
    include_domains: list[str]
    exclude_domains: list[str]
    user_location: UserLocation | None
    x_search: XSearch


class WebFetchPlugin(TypedDict, total=False):
    """Reads the pages that the model asks for."""

    id: Required[Literal["web-fetch"]]
    allowed_domains: list[str]
    blocked_domains: list[str]
    max_content_tokens: int
    """Longer pages are cut, about there."""
    max_uses: int


class PdfOptions(TypedDict, total=False):
    """How PDF files are read."""

    engine: Literal["mistral-ocr", "cloudflare-ai", "native", "pdf-text"]
    """`mistral-ocr` costs by the page, `cloudflare-ai` nothing; `pdf-text` is its older name."""


class FileParserPlugin(TypedDict, total=False):
    """Turns files into text for models that read none."""

    id: Required[Literal["file-parser"]]
    enabled: bool
    pdf: PdfOptions


class ResponseHealingPlugin(TypedDict, total=False):
    """Mends JSON that the model broke; without streaming only."""

    id: Required[Literal["response-healing"]]
    enabled: bool


class ContextCompressionPlugin(TypedDict, total=False):
    """Leaves out the middle of a conversation that is too long; on for models of 8k context unless disabled."""

    id: Required[Literal["context-compression"]]
    enabled: bool
    engine: Literal["middle-out"]


class AutoRouterPlugin(TypedDict, total=False):
    """Which models `openrouter/auto` may choose; lists take wildcards such as `anthropic/*`."""

    id: Required[Literal["auto-router"]]
    enabled: bool
    allowed_models: list[str]
    excluded_models: list[str]
    cost_tier: CostTier
    pin_model: bool
    """Stay with the model that was chosen first."""
    cost_quality_tradeoff: int
    """The older form of `cost_tier`."""


class AutoBetaRouterPlugin(TypedDict, total=False):
    """Which models `openrouter/auto-beta` may choose."""

    id: Required[Literal["auto-beta-router"]]
    enabled: bool
    allowed_models: list[str]
    excluded_models: list[str]
    cost_tier: CostTier
    cost_quality_tradeoff: int


class ParetoRouterPlugin(TypedDict, total=False):
    """How good and how dear a model `openrouter/pareto-code` chooses."""

    id: Required[Literal["pareto-router"]]
    enabled: bool
    min_coding_score: float
    """0 to 1; without effect beside `max_price`."""
    max_price: float
    """USD per million prompt tokens."""
    price_source: Literal["prompt", "weighted_avg"]


class FusionPlugin(TypedDict, total=False):
    """Which models `openrouter/fusion` asks, and which one makes one answer of theirs."""

    id: Required[Literal["fusion"]]
    enabled: bool
    analysis_models: list[str]
    model: str
    preset: Literal["general-high", "general-budget", "general-fast"]
    max_tool_calls: int
    tools: Sequence[NestedTool]


class ModerationPlugin(TypedDict):
    """Has the prompt moderated."""

    id: Literal["moderation"]


class ArmorRule(TypedDict, total=False):
    """A rule of the guard."""

    id: Required[str]
    instructions: Required[str]
    name: str
    threshold: float


class ArmorEnvironment(TypedDict):
    """Something that the guard should know of where the model works."""

    name: str
    value: str


class ArmorAutoMode(TypedDict, total=False):
    """What the guard lets pass and what it stops, by rules or in words."""

    allow: Sequence[ArmorRule | str]
    soft_deny: Sequence[ArmorRule | str]
    hard_deny: Sequence[ArmorRule | str]
    environment: Sequence[ArmorEnvironment | str]


class ArmorContext(TypedDict, total=False):
    """What the guard goes by; `v` is the version of this form."""

    v: Required[float]
    auto_mode: ArmorAutoMode


class ArmorPlugin(TypedDict, total=False):
    """Guards tool calls."""

    id: Required[Literal["armor"]]
    enabled: bool
    mode: Literal["enforce", "audit"]
    on_error: Literal["log", "block"]
    output_mode: Literal["text", "custom_item", "claude_code_compatibility"]
    evaluate_native_tools: bool
    use_cc_style_default_rules: bool
    classifier_context: ArmorContext


class AlignmentRule(TypedDict):
    """A rule in words, and which parts of a reply it is about."""

    rule: str
    watch: list[Literal["content", "tool_calls", "refusal", "images", "audio"]]


class AlignmentPlugin(TypedDict, total=False):
    """Holds replies against rules."""

    id: Required[Literal["alignment"]]
    rules: Required[Sequence[AlignmentRule]]
    instruct: bool
    max_retries: int
    mode: Literal["enforce", "audit"]
    threshold: float


class JevRouterPlugin(TypedDict, total=False):
    """Which models that router may choose; `allowed_models` adds to `models`."""

    id: Required[Literal["jev-router"]]
    models: list[str]
    allowed_models: list[str]
    excluded_models: list[str]
    cost_tier: str


class SwitchyardRouterPlugin(TypedDict, total=False):
    """How that router chooses between a small and a large model."""

    id: Required[Literal["switchyard-router"]]
    algorithm: Literal["capability", "stage", "auto", "random", "composite", "passthrough"]
    judge_model: str


Plugin = (
    WebPlugin
    | WebFetchPlugin
    | FileParserPlugin
    | ResponseHealingPlugin
    | ContextCompressionPlugin
    | AutoRouterPlugin
    | AutoBetaRouterPlugin
    | ParetoRouterPlugin
    | FusionPlugin
    | ModerationPlugin
    | ArmorPlugin
    | AlignmentPlugin
    | JevRouterPlugin
    | SwitchyardRouterPlugin
)
