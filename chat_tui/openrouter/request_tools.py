"""The tools of a request, told apart by their `type`: functions of ours, and tools that OpenRouter runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

from chat_tui.openrouter.request_messages import CacheControl, Effort

SearchMode = Literal["instant", "fast", "auto", "deep-lite", "deep", "deep-reasoning", "turbo", "basic", "advanced"]
"""How an engine searches; each engine knows some of them and ignores the others."""


class UserLocation(TypedDict, total=False):
    """About where the user is, so that results fit; every field may be null."""

    type: Required[Literal["approximate"]]
    city: str | None
    region: str | None
    country: str | None
    """Two letters (ISO 3166)."""
    timezone: str | None
    """A name such as `Europe/Rome`."""


class XSearch(TypedDict, total=False):
    """A search of X beside that of the web; only xAI's models have it, and it is billed by the post."""

    allowed_x_handles: list[str]
    excluded_x_handles: list[str]
    from_date: str
    """YYYY-MM-DD."""
    to_date: str
    enable_image_understanding: bool
    enable_video_understanding: bool


class FunctionDefinition(TypedDict, total=False):
    """What the model is told of a function."""

    name: Required[str]
    """Letters, digits, `_` and `-`; 64 characters at most."""
    description: str
    parameters: Mapping[str, Any]
    """A JSON Schema of the arguments."""
    strict: bool | None
    """Whether arguments must fit the schema exactly."""
    defer_loading: bool
    """Tell the model of it only when it searches for it (`deferred_tools`)."""


class FunctionTool(TypedDict, total=False):
    """A function that we run: the model calls it, a tool message answers."""

    type: Required[Literal["function"]]
    function: Required[FunctionDefinition]
    cache_control: CacheControl
    defer_loading: bool


class WebSearchParameters(TypedDict, total=False):
    """How the web is searched."""

    engine: Literal["auto", "native", "exa", "parallel", "firecrawl", "perplexity"]
    """`auto`: the provider's own search where it has one, else Exa."""
    max_results: int
    """For each search; 5 unless told."""
    max_total_results: int
    """For the whole request; 50 unless told."""
    max_uses: int
    max_characters: int
    """Of each result."""
    search_context_size: Literal["low", "medium", "high"]
    allowed_domains: list[str]
    """Not together with `excluded_domains`."""
    excluded_domains: list[str]
    mode: SearchMode
    user_location: UserLocation
    x_search: XSearch


class WebSearchTool(TypedDict, total=False):
    """Web search that the model uses when it likes."""

    type: Required[Literal["openrouter:web_search"]]
    parameters: WebSearchParameters


class WebSearchShorthand(WebSearchParameters, total=False):
    """The same under the names that other APIs have for it; parameters may stand beside `type`."""

    type: Required[
        Literal["web_search", "web_search_preview", "web_search_preview_2025_03_11", "web_search_2025_08_26"]
    ]
    parameters: WebSearchParameters


class WebFetchParameters(TypedDict, total=False):
    """Which pages may be read, and how."""

    engine: Literal["auto", "native", "openrouter", "exa", "parallel", "firecrawl"]
    allowed_domains: list[str]
    blocked_domains: list[str]
    max_content_tokens: int
    """Longer pages are cut, about there."""
    max_uses: int


class WebFetchTool(TypedDict, total=False):
    """Reads a page that the model names."""

    type: Required[Literal["openrouter:web_fetch"]]
    parameters: WebFetchParameters


class DatetimeParameters(TypedDict, total=False):
    """Whose time it is."""

    timezone: str
    """A name such as `Europe/Rome`; UTC unless told."""


class DatetimeTool(TypedDict, total=False):
    """Tells the model the date and the time."""

    type: Required[Literal["openrouter:datetime"]]
    parameters: DatetimeParameters


class ImageGenerationParameters(TypedDict, total=False):
    """Which model paints, and how: the keys of `image_config` too."""

    model: str
    aspect_ratio: str
    """Such as `16:9`."""
    quality: str
    size: str
    background: str
    output_format: str
    output_compression: int
    """Percent."""
    moderation: str


class ImageGenerationTool(TypedDict, total=False):
    """Makes pictures."""

    type: Required[Literal["openrouter:image_generation"]]
    parameters: ImageGenerationParameters


class NestedTool(TypedDict, total=False):
    """A tool of the server that another tool may use."""

    type: Required[str]
    parameters: Mapping[str, Any]


class NestedReasoning(TypedDict, total=False):
    """How long a model that a tool asks thinks: by effort, or at most this many tokens."""

    effort: Effort
    max_tokens: int


class FusionParameters(TypedDict, total=False):
    """Which models are asked together, and which one makes one answer of theirs."""

    analysis_models: list[str]
    model: str
    max_completion_tokens: int
    max_tool_calls: int
    reasoning: NestedReasoning
    temperature: float
    tools: Sequence[NestedTool]
    cache_control: CacheControl


class FusionTool(TypedDict, total=False):
    """Asks several models and weighs their answers."""

    type: Required[Literal["openrouter:fusion"]]
    parameters: FusionParameters


class AdvisorParameters(TypedDict, total=False):
    """Who gives advice, and what it gets to see."""

    name: str
    model: str
    instructions: str
    forward_transcript: bool
    max_completion_tokens: int
    reasoning: NestedReasoning
    stream: bool
    temperature: float


class AdvisorTool(TypedDict, total=False):
    """Asks another model for advice."""

    type: Required[Literal["openrouter:advisor"]]
    parameters: AdvisorParameters


class SubagentParameters(TypedDict, total=False):
    """Who does the work, and with what."""

    name: str
    model: str
    instructions: str
    inherit_functions: bool
    inherited_function_names: list[str]
    max_completion_tokens: int
    max_tool_calls: int
    """25 at most."""
    reasoning: NestedReasoning
    temperature: float
    tools: Sequence[NestedTool]


class SubagentTool(TypedDict, total=False):
    """Gives a task to another model."""

    type: Required[Literal["openrouter:subagent"]]
    parameters: SubagentParameters


class SearchModelsParameters(TypedDict, total=False):
    """How many models are named."""

    max_results: int


class SearchModelsTool(TypedDict, total=False):
    """Searches OpenRouter's catalogue."""

    type: Required[Literal["openrouter:experimental__search_models"]]
    parameters: SearchModelsParameters


class NoNetwork(TypedDict):
    """A container that reaches nothing."""

    type: Literal["disabled"]


class SomeNetwork(TypedDict):
    """A container that reaches these domains."""

    type: Literal["allowlist"]
    allowed_domains: list[str]


class NewContainer(TypedDict, total=False):
    """A container of its own."""

    type: Required[Literal["container_auto"]]
    file_ids: list[str]
    network_policy: NoNetwork | SomeNetwork


class KnownContainer(TypedDict, total=False):
    """A container that exists already."""

    type: Required[Literal["container_reference"]]
    container_id: Required[str]
    file_ids: list[str]
    network_policy: NoNetwork | SomeNetwork


class BashParameters(TypedDict, total=False):
    """Where commands run."""

    engine: Literal["auto", "native", "openrouter"]
    environment: NewContainer | KnownContainer


class BashTool(TypedDict, total=False):
    """Runs commands in a container of the server."""

    type: Required[Literal["openrouter:bash"]]
    parameters: BashParameters


class FilesTool(TypedDict, total=False):
    """Reads and writes the account's uploaded files; there is nothing to set."""

    type: Required[Literal["openrouter:files"]]
    parameters: Mapping[str, Any]


class OtherServerTool(TypedDict, total=False):
    """A tool of the server that has no type here yet."""

    type: Required[str]
    parameters: Mapping[str, Any]


Tool = (
    FunctionTool
    | WebSearchTool
    | WebSearchShorthand
    | WebFetchTool
    | DatetimeTool
    | ImageGenerationTool
    | FusionTool
    | AdvisorTool
    | SubagentTool
    | SearchModelsTool
    | BashTool
    | FilesTool
    | OtherServerTool
)


class FunctionName(TypedDict):
    """A function by its name."""

    name: str


class FunctionChoice(TypedDict):
    """The model must call this function."""

    type: Literal["function"]
    function: FunctionName


class ServerToolChoice(TypedDict):
    """The model must use this tool of the server."""

    type: str


ToolChoice = Literal["auto", "none", "required"] | FunctionChoice | ServerToolChoice


class StepCount(TypedDict):
    """Stop after this many steps."""

    type: Literal["step_count_is"]
    step_count: int


class ToolCalled(TypedDict):
    """Stop when this tool was called."""

    type: Literal["has_tool_call"]
    tool_name: str


class TokensUsed(TypedDict):
    """Stop when so many tokens were used."""

    type: Literal["max_tokens_used"]
    max_tokens: int


class CostReached(TypedDict):
    """Stop when so much was spent."""

    type: Literal["max_cost"]
    max_cost_in_dollars: float


class Finished(TypedDict):
    """Stop when the model finished for this reason."""

    type: Literal["finish_reason_is"]
    reason: str


StopCondition = StepCount | ToolCalled | TokensUsed | CostReached | Finished


class WordSearch(TypedDict, total=False):
    """Tools are found by their words."""

    type: Required[Literal["regex", "bm25"]]
    max_results: int


class OwnSearch(TypedDict, total=False):
    """Tools are found by a tool of ours."""

    type: Required[Literal["custom"]]
    tool_id: Required[str]
    result_key: Required[str]
    max_results: int


class DeferredTools(TypedDict):
    """Lets the model search for tools instead of reading about all of them; the only values that there are."""

    protocol: Literal["v1"]
    profile: Literal["portable"]
    search: WordSearch | OwnSearch
    validation: Literal["runtime"]
