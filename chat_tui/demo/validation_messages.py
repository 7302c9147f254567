"""What a valid message of a request is: the roles, and the parts that each may have."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field


class Known(BaseModel):
    """An object whose known fields are checked strictly, and whose others are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")


_Base64: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/\s]+={0,2}\s*$")]
_Address: TypeAlias = Annotated[str, Field(pattern=r"^(https?://|data:[\w.+-]+/[\w.+-]+(;[\w=.-]+)*,)")]


class CacheControl(Known):
    """Where a provider may remember the prompt."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class _Text(Known):
    type: Literal["text"]
    text: str
    cache_control: CacheControl | None = None


class _ImageUrl(Known):
    url: _Address
    detail: Literal["auto", "low", "high", "original"] | None = None


class _Image(Known):
    type: Literal["image_url"]
    image_url: _ImageUrl


class _MadeImage(Known):
    image_url: _ImageUrl


class _InputAudio(Known):
    data: _Base64
    format: Literal["wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "pcm16", "pcm24"]


class _Audio(Known):
    type: Literal["input_audio"]
    input_audio: _InputAudio


class _FileData(Known):
    filename: str | None = None
    file_data: _Address | None = None
    file_id: str | None = None


class _File(Known):
    type: Literal["file"]
    file: _FileData


class _VideoUrl(Known):
    url: _Address
    processing: Literal["agentic", "static"] | None = None


class _Video(Known):
    type: Literal["video_url", "input_video"]
    video_url: _VideoUrl


_Part: TypeAlias = Annotated[_Text | _Image | _Audio | _File | _Video, Field(discriminator="type")]


class _Instructions(Known):
    role: Literal["system", "developer"]
    content: str | list[_Text]
    name: str | None = None


class _User(Known):
    role: Literal["user"]
    content: str | list[_Part]
    name: str | None = None


class _CalledFunction(Known):
    name: str
    arguments: str


class _ToolCall(Known):
    id: str
    type: Literal["function"]
    function: _CalledFunction


class _Detail(Known):
    type: Literal["reasoning.text", "reasoning.summary", "reasoning.encrypted", "reasoning.server_tool_call"]
    text: str | None = None
    summary: str | None = None
    data: str | None = None
    signature: str | None = None
    format: str | None = None
    id: str | None = None
    index: int | None = None


class _Assistant(Known):
    role: Literal["assistant"]
    content: str | list[_Part] | None = None
    name: str | None = None
    reasoning: str | None = None
    reasoning_details: list[_Detail] | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None
    images: list[_MadeImage] | None = None
    annotations: list[dict[str, Any]] | None = None
    audio: dict[str, Any] | None = None


class _Tool(Known):
    role: Literal["tool"]
    tool_call_id: str
    content: str | list[_Part]


Message: TypeAlias = Annotated[_Instructions | _User | _Assistant | _Tool, Field(discriminator="role")]
