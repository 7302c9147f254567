"""The messages of a chat request and their parts, as the API takes them (OpenAPI ChatMessages)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

Effort = Literal["max", "xhigh", "high", "medium", "low", "minimal", "none"]
"""How long a model thinks; a model that lacks a level uses the nearest that it has."""


class CacheControl(TypedDict, total=False):
    """Marks the end of what the provider should keep cached, in Anthropic's form."""

    type: Required[Literal["ephemeral"]]
    ttl: Literal["5m", "1h"]
    """How long the cache lasts at least; five minutes unless told."""


class CacheBreakpoint(TypedDict, total=False):
    """Marks the end of what the provider should keep cached, in OpenAI's form."""

    mode: Required[Literal["explicit"]]
    ttl: str | None
    """How long the cache lasts at least, such as `30m`."""


class TextPart(TypedDict, total=False):
    """A piece of text."""

    type: Required[Literal["text"]]
    text: Required[str]
    cache_control: CacheControl
    prompt_cache_breakpoint: CacheBreakpoint | None


class ImageUrl(TypedDict, total=False):
    """A picture as PNG, JPEG, WebP or GIF."""

    url: Required[str]
    """An https address, or a `data:` URL with base64."""
    detail: Literal["auto", "low", "high", "original"]
    """How closely the model looks; `original` is OpenRouter's own and becomes `high` where nobody has it."""


class ImagePart(TypedDict):
    """A picture; text parts should come before it."""

    type: Literal["image_url"]
    image_url: ImageUrl


class InputAudio(TypedDict):
    """A recording."""

    data: str
    """Bare base64: neither a `data:` URL nor an address."""
    format: Literal["wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "pcm16", "pcm24"]


class AudioPart(TypedDict):
    """A recording to listen to."""

    type: Literal["input_audio"]
    input_audio: InputAudio


class File(TypedDict, total=False):
    """A document, by its content, its address or the id of an upload."""

    filename: str
    file_data: str
    """An https address, or a `data:` URL with base64."""
    file_id: str


class FilePart(TypedDict):
    """A document to read."""

    type: Literal["file"]
    file: File


class VideoUrl(TypedDict, total=False):
    """A video as MP4, MPEG, MOV or WebM."""

    url: Required[str]
    """An https address or a `data:` URL; which of them works depends on the provider."""
    processing: Literal["agentic", "static"]
    """Let the model look where it likes, or take frames at a fixed rate."""


class VideoPart(TypedDict):
    """A video to watch; `input_video` is the older name of the same."""

    type: Literal["video_url", "input_video"]
    video_url: VideoUrl


ContentPart = TextPart | ImagePart | AudioPart | FilePart | VideoPart


class EffortUpdate(TypedDict):
    """The effort from here on."""

    effort: Effort


class ConfigurationUpdate(TypedDict):
    """Settings that change in mid-conversation without making the cache of what came before useless."""

    reasoning: EffortUpdate


class InstructionMessage(TypedDict, total=False):
    """What the model should know and heed; with an update, `content` is empty and a user's message follows."""

    role: Required[Literal["system", "developer"]]
    content: Required[str | Sequence[TextPart]]
    name: str
    configuration_update: ConfigurationUpdate | None


class UserMessage(TypedDict, total=False):
    """What the user says, shows and attaches."""

    role: Required[Literal["user"]]
    content: Required[str | Sequence[ContentPart]]
    name: str


class FunctionCall(TypedDict):
    """A function's name and its arguments as JSON text."""

    name: str
    arguments: str


class ToolCall(TypedDict):
    """A call that the model made; the message of the tool refers to its `id`."""

    id: str
    type: Literal["function"]
    function: FunctionCall


class _Reasoning(TypedDict, total=False):
    """What all pieces of reasoning have."""

    id: str | None
    format: str | None
    """Whose form it is (`anthropic-claude-v1`, `openai-responses-v1`, …): bound to that provider."""
    index: int


class ReasoningText(_Reasoning, total=False):
    """Reasoning in words, with the signature that proves them."""

    type: Required[Literal["reasoning.text"]]
    text: str | None
    signature: str | None


class ReasoningSummary(_Reasoning, total=False):
    """What the provider tells of the reasoning."""

    type: Required[Literal["reasoning.summary"]]
    summary: Required[str]


class ReasoningEncrypted(_Reasoning, total=False):
    """Reasoning that only the provider can read."""

    type: Required[Literal["reasoning.encrypted"]]
    data: Required[str]


class ReasoningToolCall(_Reasoning, total=False):
    """A tool of the server that ran while the model reasoned."""

    type: Required[Literal["reasoning.server_tool_call"]]
    tool_name: Required[str]
    arguments: Required[str]
    result: Required[str]
    tool_call_id: str | None


ReasoningDetail = ReasoningText | ReasoningSummary | ReasoningEncrypted | ReasoningToolCall


class GeneratedUrl(TypedDict):
    """Where a picture that the model made is: an address or a `data:` URL."""

    url: str


class GeneratedImage(TypedDict):
    """A picture that the model made."""

    image_url: GeneratedUrl


class GeneratedAudio(TypedDict, total=False):
    """Speech that the model made; its `id` alone refers to it until `expires_at` (Unix seconds)."""

    id: str
    data: str
    """Base64."""
    transcript: str
    expires_at: int


class AssistantMessage(TypedDict, total=False):
    """What a model answered; as the last message it is a beginning that the model goes on with.

    `reasoning_details` and `annotations` are sent back exactly as they came, or not at all.
    """

    role: Required[Literal["assistant"]]
    content: str | Sequence[ContentPart] | None
    name: str
    model: str
    refusal: str | None
    reasoning: str | None
    reasoning_details: Sequence[ReasoningDetail]
    tool_calls: Sequence[ToolCall]
    images: Sequence[GeneratedImage]
    audio: GeneratedAudio
    annotations: Sequence[Mapping[str, Any]]
    """Files that were parsed before: sent back, they are neither parsed nor paid again."""


class ToolMessage(TypedDict):
    """What came out of a tool call."""

    role: Literal["tool"]
    tool_call_id: str
    content: str | Sequence[ContentPart]


ChatMessage = InstructionMessage | UserMessage | AssistantMessage | ToolMessage
