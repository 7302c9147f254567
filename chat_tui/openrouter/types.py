"""What a completion is made of, streamed or whole.

Sources: OpenRouter's OpenAPI description, its Python SDK, and recorded traffic where the two are silent. All of it is
read leniently (`lenient.Wire`): nearly every field may be null, absent or of a type that nobody announced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chat_tui.openrouter.lenient import Count, Many, Money, Text, Wire


class PromptTokens(Wire):
    """What the prompt's tokens were."""

    cached_tokens: Count | None = None
    cache_write_tokens: Count | None = None
    audio_tokens: Count | None = None
    video_tokens: Count | None = None


class CompletionTokens(Wire):
    """What the completion's tokens were."""

    reasoning_tokens: Count | None = None
    image_tokens: Count | None = None
    audio_tokens: Count | None = None


class CostDetails(Wire):
    """Where the cost comes from, in US dollars; for own provider keys the upstream cost is only here."""

    upstream_inference_cost: Money | None = None
    upstream_inference_prompt_cost: Money | None = None
    upstream_inference_completions_cost: Money | None = None
    server_tool_cost: Money | None = None


class ServerToolUse(Wire):
    """How often the server's own tools ran."""

    web_search_requests: Count | None = None
    tool_calls_requested: Count | None = None
    tool_calls_executed: Count | None = None


class Usage(Wire):
    """Tokens by the model's own count, and `cost` in US dollars (OpenAPI ChatUsage)."""

    prompt_tokens: Count | None = None
    completion_tokens: Count | None = None
    total_tokens: Count | None = None
    cost: Money | None = None
    is_byok: bool | None = None
    prompt_tokens_details: PromptTokens | None = None
    completion_tokens_details: CompletionTokens | None = None
    cost_details: CostDetails | None = None
    server_tool_use_details: ServerToolUse | None = None


class ReasoningDetail(Wire):
    """A piece of reasoning, to be sent back in the same order; a `reasoning.text` may be only a signature.

    To send it back, take it from the chunk's `raw`: here, what is of another type than announced is missing.
    """

    type: str | None = None
    id: str | None = None
    format: str | None = None
    index: int | None = None
    text: str | None = None
    signature: str | None = None
    summary: str | None = None
    data: str | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None
    arguments: Any = None
    result: Any = None


class FunctionCall(Wire):
    """A function's name and a piece of its arguments' JSON."""

    name: str | None = None
    arguments: str | None = None


class ToolCall(Wire):
    """A piece of a tool call; pieces with the same `index` belong together."""

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: FunctionCall | None = None


class ImageUrl(Wire):
    """Where an image is, nearly always a `data:` URL with all of it."""

    url: str | None = None


class Image(Wire):
    """An image that the model made; the same one may come twice."""

    type: str | None = None
    image_url: ImageUrl | None = None
    index: int | None = None


class UrlCitation(Wire):
    """A page that the reply cites; the indices (characters) can't be relied on."""

    url: str | None = None
    title: str | None = None
    content: str | None = None
    start_index: int | None = None
    end_index: int | None = None


class FileAnnotation(Wire):
    """A parsed file: sent back, it isn't parsed (nor paid) again. `content` is a list of content parts."""

    hash: str | None = None
    name: str | None = None
    content: Any = None


class FileQuote(Wire):
    """A passage of a file that the reply rests on: the form that annotations of files had before `file`."""

    file_id: str | None = None
    quote: str | None = None


class Annotation(Wire):
    """A citation or a parsed file; the same one may come twice."""

    type: str | None = None
    url_citation: UrlCitation | None = None
    file: FileAnnotation | None = None
    file_annotation: FileQuote | None = None


class Audio(Wire):
    """A piece of spoken reply: base64 data and its transcript; `expires_at` in Unix seconds."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None
    expires_at: int | None = None


class Delta(Wire):
    """What a chunk adds to the message. `reasoning` and `reasoning_details` say the same: show one of them.

    `reasoning_content` is what other servers call `reasoning`.
    """

    role: str | None = None
    content: Text | None = None
    reasoning: Text | None = None
    reasoning_content: Text | None = None
    reasoning_details: Many[ReasoningDetail] = ()
    refusal: str | None = None
    tool_calls: Many[ToolCall] = ()
    images: Many[Image] = ()
    annotations: Many[Annotation] = ()
    audio: Audio | None = None


class LikelyToken(Wire):
    """A token and how likely it was; `bytes` are its UTF-8, of which a token may hold only a part of a character."""

    token: str | None = None
    logprob: float | None = None
    bytes: Many[int] = ()


class TokenChance(LikelyToken):
    """A token that was chosen, and what could have been in its place (OpenAPI ChatTokenLogprob)."""

    top_logprobs: Many[LikelyToken] = ()


class Logprobs(Wire):
    """How likely the tokens of a piece of the reply were (OpenAPI ChatTokenLogprobs)."""

    content: Many[TokenChance] = ()
    refusal: Many[TokenChance] = ()


class Choice(Wire):
    """One reply of the completion, normally the only one (`index` 0). `error` is an error object or None.

    A text completion has its words in `text` and no delta.
    """

    index: int | None = None
    delta: Delta = Delta()
    text: Text | None = None
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    logprobs: Logprobs | None = None
    error: Any = None

    @property
    def content(self) -> str | None:
        """What it adds to the reply's text."""
        return self.delta.content or self.text


class _Answer(Wire):
    """What a chunk and a whole completion have in common."""

    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    provider: str | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None
    usage: Usage | None = None
    error: Any = None
    debug: Any = None
    openrouter_metadata: Any = None


class Chunk(_Answer):
    """One event of a stream. `error` is an error object as the server sent it, or None."""

    choices: Many[Choice] = ()

    @property
    def finish_reason(self) -> str | None:
        """The first finish reason among the choices."""
        return next((choice.finish_reason for choice in self.choices if choice.finish_reason), None)


class CompletionChoice(Wire):
    """One reply of a completion that wasn't streamed."""

    index: int | None = None
    message: Delta = Delta()
    text: Text | None = None
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    logprobs: Logprobs | None = None
    error: Any = None


class Completion(_Answer):
    """A completion that wasn't streamed."""

    choices: Many[CompletionChoice] = ()

    @property
    def text(self) -> str:
        """The first choice's text."""
        return next((choice.message.content or choice.text or "" for choice in self.choices), "")


def chunk_of_completion(completion: Mapping[str, Any]) -> Chunk:
    """Return a whole completion's JSON object as the one chunk that says the same."""
    choices = completion.get("choices")
    as_deltas = [
        {"delta" if key == "message" else key: value for key, value in choice.items()}
        for choice in (choices if isinstance(choices, list) else [])
        if isinstance(choice, dict)
    ]
    return Chunk.read({**completion, "choices": as_deltas})
