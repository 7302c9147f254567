"""What a valid request for a completion is: types, ranges and words of the known fields; others are ignored."""

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from chat_tui.demo.validation_messages import CacheControl, Known, Message

_Unit: TypeAlias = Annotated[float, Field(ge=0, le=1)]
_TwoSided: TypeAlias = Annotated[float, Field(ge=-2, le=2)]
_UpToTwo: TypeAlias = Annotated[float, Field(ge=0, le=2)]
_Positive: TypeAlias = Annotated[int, Field(ge=1)]
_Effort = Literal["max", "xhigh", "high", "medium", "low", "minimal", "none"]
_Sort = Literal["price", "throughput", "latency", "exacto"]
_Quantization = Literal[
    "int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32", "unknown"
]
_Number: TypeAlias = float | Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]


class _SortBy(Known):
    by: _Sort
    partition: Literal["model", "none"] | None = None


class _Percentiles(Known):
    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p99: float | None = None


class _MaxPrice(Known):
    prompt: _Number | None = None
    completion: _Number | None = None
    image: _Number | None = None
    audio: _Number | None = None
    request: _Number | None = None


class _Provider(Known):
    order: list[str] | None = None
    only: list[str] | None = None
    ignore: list[str] | None = None
    allow_fallbacks: bool | None = None
    require_parameters: bool | None = None
    data_collection: Literal["allow", "deny"] | None = None
    zdr: bool | None = None
    enforce_distillable_text: bool | None = None
    quantizations: list[_Quantization] | None = None
    sort: _Sort | _SortBy | None = None
    preferred_min_throughput: float | _Percentiles | None = None
    preferred_max_latency: float | _Percentiles | None = None
    max_price: _MaxPrice | None = None
    options: dict[str, dict[str, Any]] | None = None


class _Reasoning(Known):
    effort: _Effort | None = None
    summary: Literal["auto", "concise", "detailed"] | None = None
    max_tokens: _Positive | None = None
    exclude: bool | None = None
    enabled: bool | None = None
    context: Literal["auto", "all_turns", "current_turn"] | None = None
    mode: Literal["standard", "pro"] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "_Reasoning":
        if self.effort is not None and self.max_tokens is not None:
            raise ValueError('Only one of "effort" and "max_tokens" may be specified')
        return self


class _Plugin(Known):
    id: Literal[
        "web", "web-fetch", "file-parser", "response-healing", "context-compression", "auto-router",
        "auto-beta-router", "pareto-router", "fusion", "moderation", "armor", "alignment", "jev-router",
        "switchyard-router",
    ]  # fmt: skip
    enabled: bool = True
    max_results: _Positive | None = None
    max_uses: _Positive | None = None
    search_prompt: str | None = None
    include_domains: list[str] | None = None
    exclude_domains: list[str] | None = None
    engine: str | None = None
    allowed_models: list[str] | None = None
    excluded_models: list[str] | None = None
    pdf: dict[str, Any] | None = None


class _Function(Known):
    name: Annotated[str, Field(min_length=1, max_length=64)]
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class _Tool(Known):
    type: str
    function: _Function | None = None
    parameters: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _functions_have_one(self) -> "_Tool":
        if self.type == "function" and self.function is None:
            raise ValueError('a tool of type "function" needs "function"')
        return self


class _ToolName(Known):
    name: str


class _ToolChoice(Known):
    type: str
    function: _ToolName | None = None


class _JsonSchema(Known):
    name: str
    description: str | None = None
    strict: bool | None = None
    schema_: dict[str, Any] | None = Field(None, alias="schema")


class _ResponseFormat(Known):
    type: Literal["text", "json_object", "json_schema", "grammar", "python"]
    json_schema: _JsonSchema | None = None
    grammar: str | None = None

    @model_validator(mode="after")
    def _schemas_are_there(self) -> "_ResponseFormat":
        if self.type == "json_schema" and self.json_schema is None:
            raise ValueError('the type "json_schema" needs "json_schema"')
        return self


class _Audio(Known):
    voice: str | None = None
    format: str | None = None


class _Debug(Known):
    echo_upstream_body: bool = False


class _Stop(Known):
    type: Literal["step_count_is", "has_tool_call", "max_tokens_used", "max_cost", "finish_reason_is"]


class _Request(Known):
    messages: Annotated[list[Message], Field(min_length=1)] | None = None
    prompt: str | None = None
    model: str | None = None
    models: list[str] | None = None
    preset: str | None = None
    stream: bool = False
    stream_options: dict[str, Any] | None = None
    max_tokens: _Positive | None = None
    max_completion_tokens: _Positive | None = None
    temperature: _UpToTwo | None = None
    top_p: _Unit | None = None
    top_k: Annotated[int, Field(ge=0)] | None = None
    min_p: _Unit | None = None
    top_a: _Unit | None = None
    frequency_penalty: _TwoSided | None = None
    presence_penalty: _TwoSided | None = None
    repetition_penalty: _UpToTwo | None = None
    seed: int | None = None
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    response_format: _ResponseFormat | None = None
    tools: list[_Tool] | None = None
    tool_choice: Literal["auto", "none", "required"] | _ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    prediction: dict[str, Any] | None = None
    plugins: list[_Plugin] | None = None
    provider: _Provider | None = None
    reasoning: _Reasoning | None = None
    reasoning_effort: _Effort | None = None
    include_reasoning: bool | None = None
    verbosity: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    modalities: list[Literal["text", "image", "audio"]] | None = None
    audio: _Audio | None = None
    image_config: dict[str, str | float | list[Any]] | None = None
    service_tier: Literal["auto", "default", "fast", "flex", "priority", "scale", "ultrafast"] | None = None
    session_id: Annotated[str, Field(max_length=256)] | None = None
    user: str | None = None
    metadata: (
        Annotated[
            dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]], Field(max_length=16)
        ]
        | None
    ) = None
    trace: dict[str, Any] | None = None
    cache_control: CacheControl | None = None
    prompt_cache_key: str | None = None
    debug: _Debug | None = None
    stop_server_tools_when: list[_Stop] | None = None
    max_tool_calls: Annotated[int, Field(ge=1, le=30)] | None = None
    web_search_options: dict[str, Any] | None = None
    transforms: list[Literal["middle-out"]] | None = None
    route: Literal["fallback", "sort"] | None = None
    usage: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _asks_something(self) -> "_Request":
        if self.messages is None and self.prompt is None:
            raise ValueError('Input required: specify "prompt" or "messages"')
        return self


def problem_of(body: dict[str, Any]) -> str | None:
    """Return what is wrong with a request, with the path to it, or None."""
    try:
        _Request.model_validate(_without_lone_surrogates(body))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        # Of the choices of a union, the one that was meant is the one that fails deepest inside.
        located = sorted(((_path(body, problem), problem["msg"]) for problem in problems), key=_height)
        return "; ".join(list(dict.fromkeys(_sentence(path, message) for path, message in located))[:3])
    return None


def _path(body: object, problem: ErrorDetails) -> str:
    """Return where the problem is in the body, without the names that pydantic gives to the choices of a union."""
    kept: list[str] = []
    here: Any = body
    for step in problem["loc"]:
        children = here if isinstance(here, dict) else dict(enumerate(here)) if isinstance(here, list) else {}
        if step in children:
            here = children[step]
            kept.append(str(step))
    if problem["type"] == "missing":
        kept.append(str(problem["loc"][-1]))
    return ".".join(kept)


def _height(located: tuple[str, str]) -> int:
    return -located[0].count(".")


def _sentence(path: str, message: str) -> str:
    message = re.sub(r"^Value error, | or instance of \w+$", "", message)
    return f"{path}: {message}" if path else message


def _without_lone_surrogates(value: Any) -> Any:
    """Return `value` with question marks for halves of pairs, which JSON may have and no type of text takes."""
    if isinstance(value, dict):
        return {_without_lone_surrogates(key): _without_lone_surrogates(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_without_lone_surrogates(child) for child in value]
    if isinstance(value, str) and not value.isascii():
        return value.encode("utf-8", "replace").decode()
    return value
