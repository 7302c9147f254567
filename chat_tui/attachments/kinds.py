"""The kinds of file that can be attached, and what the wire calls them (wire: content parts)."""

from __future__ import annotations

from chat_tui.attachments.values import Kind

_WIRE_AUDIO = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/aiff": "aiff",
    "audio/aac": "aac",
    "audio/ogg": "ogg",
    "audio/opus": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/pcm": "pcm16",
    "audio/l24": "pcm24",
}
_WIRE_IMAGES = ("image/png", "image/jpeg", "image/webp", "image/gif")
_WIRE_VIDEOS = ("video/mp4", "video/mpeg", "video/quicktime", "video/webm")
_WIRE_NAMES = {"video/quicktime": "video/mov"}
"""Where the wire has a name of its own for a media type."""
CONVERTED = ("image/bmp", "image/tiff", "image/avif")
"""Pictures that the wire doesn't take, and that are sent as PNG."""
PDF = "application/pdf"

_MEGABYTE = 1_000_000
LARGEST: dict[Kind, int] = {
    "image": 50 * _MEGABYTE,
    "pdf": 100 * _MEGABYTE,
    "audio": 100 * _MEGABYTE,
    "video": 500 * _MEGABYTE,
    "text": 2 * _MEGABYTE,
}
"""The most bytes that are attached of each kind: no provider takes as much."""

_NAMES = {
    "application/gzip": "an archive",
    "application/vnd.rar": "an archive",
    "application/vnd.sqlite3": "a database",
    "application/x-7z-compressed": "an archive",
    "application/x-bzip2": "an archive",
    "application/x-executable": "a program",
    "application/x-ole-storage": "an older Office document",
    "application/x-xz": "an archive",
    "application/zip": "an archive",
    "application/zstd": "an archive",
    "audio/amr": "an AMR recording",
    "audio/midi": "a MIDI file",
    "image/heic": "a HEIC picture",
    "image/x-icon": "an icon",
    "image/x-photoshop": "a Photoshop document",
    "video/mp2t": "an MPEG transport stream",
    "video/x-flv": "a Flash video",
    "video/x-matroska": "a Matroska video",
    "video/x-ms-wmv": "a Windows Media file",
    "video/x-msvideo": "an AVI video",
}
_OFFICE = {"docx": "a Word document", "xlsx": "an Excel workbook", "pptx": "a presentation", "odt": "a text document",
           "ods": "a spreadsheet", "odp": "a presentation", "epub": "a book"}  # fmt: skip
_ADVICE = {
    "image": "Save it as PNG or JPEG.",
    "audio": "Save it as MP3 or WAV.",
    "video": "Save it as MP4.",
}
_ENDINGS: dict[str, Kind] = {
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "avif", "heic"), "image"),
    **dict.fromkeys(("wav", "mp3", "aif", "aiff", "aac", "ogg", "oga", "opus", "flac", "m4a", "pcm"), "audio"),
    **dict.fromkeys(("mp4", "m4v", "mpg", "mpeg", "mov", "webm"), "video"),
    "pdf": "pdf",
}
_RAW_SOUND = {"pcm": "audio/pcm", "pcm16": "audio/pcm", "pcm24": "audio/l24"}
_KIND_NAMES: dict[Kind, str] = {
    "image": "a picture",
    "pdf": "a PDF",
    "audio": "a sound",
    "video": "a video",
    "text": "text",
}


def kind_of(media_type: str) -> Kind | None:
    """Return the kind of files of that type; None for those that can't be attached."""
    if media_type in _WIRE_IMAGES or media_type in CONVERTED:
        return "image"
    if media_type in _WIRE_AUDIO:
        return "audio"
    if media_type in _WIRE_VIDEOS:
        return "video"
    if media_type == PDF:
        return "pdf"
    return "text" if media_type.startswith("text/") else None


def is_text(media_type: str) -> bool:
    """Tell whether a file of that type is sent as fenced text."""
    return media_type.startswith("text/")


def audio_format(media_type: str) -> str:
    """Return the wire's `input_audio.format` for a sound; `wav` for one that it doesn't know."""
    return _WIRE_AUDIO.get(media_type, "wav")


def data_type(media_type: str) -> str:
    """Return the media type that a `data:` URL on the wire has."""
    return _WIRE_NAMES.get(media_type, media_type)


def raw_sound(ending: str) -> str:
    """Return the type of sound without any header, which only a name's ending can tell; empty for another ending."""
    return _RAW_SOUND.get(ending.lower(), "")


def kind_of_ending(ending: str) -> Kind | None:
    """Return what a name's ending promises; None when it promises nothing of ours."""
    return _ENDINGS.get(ending.lower())


def named(kind: Kind) -> str:
    """Return a kind for people: “a picture”."""
    return _KIND_NAMES[kind]


def described(media_type: str, ending: str) -> tuple[str, str]:
    """Return what a file is that can't be attached, for people, and what to do."""
    if media_type == "application/zip" and (office := _OFFICE.get(ending.lower())):
        return office, "Save it as a PDF."
    if media_type == "application/x-ole-storage":
        return _NAMES[media_type], "Save it as a PDF."
    name = _NAMES.get(media_type, "neither text nor anything else that can be sent")
    advice = _ADVICE.get(
        media_type.partition("/")[0], "Attach what is in it, or text, a picture, a PDF, sound or video."
    )
    return name, advice
