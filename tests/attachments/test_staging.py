"""What is attached is kept as it will be sent; what can't be is refused with a sentence, and leaves nothing behind."""

from __future__ import annotations

import errno
import hashlib
import io
import math
import os
import random
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageSequence, PngImagePlugin

from chat_tui.attachments.reading import look
from chat_tui.attachments.values import Attachment, Refusal, Staged, Wishes
from chat_tui.conversation.folder import attachment_name
from chat_tui.conversation.values import FilePart
from chat_tui.engine.attaching import attach, rescale
from chat_tui.engine.previewing import preview
from tests.attachments.files import FILES, SECONDS, exif, movie, pdf, picture, wav, webm
from tests.attachments.wrong import KEY, WRONG, Wrong

MEASURES = {
    "image": {"width": 24, "height": 16},
    "application": {"pages": 2},
    "audio": {"seconds": pytest.approx(SECONDS, abs=0.02)},
    "video": {"width": 320, "height": 240, "seconds": SECONDS},
    "text": {},
}
SAY_NOTHING = ("a.pcm16", "a.pcm24", "a.mpeg")
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>48,51.5N</exif:GPSLatitude></x:xmpmeta>'
PLACE = b"+48.8577+002.2950/"


def described(xmp: bytes) -> PngImagePlugin.PngInfo:
    """What a PNG says of itself."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return info


def staged(root: Path, name: str, content: bytes, wishes: Wishes = Wishes()) -> tuple[FilePart, str, bytes]:  # noqa: B008
    """Attach a file; return its part, what was done to it, and the bytes that are kept."""
    (root / name).write_bytes(content)
    outcome = attach(root / name, root / "kept", wishes)
    assert isinstance(outcome, Staged), outcome
    assert isinstance(outcome.part, FilePart)
    kept = (root / "kept" / attachment_name(outcome.part)).read_bytes()
    assert (outcome.part.size, outcome.part.sha256) == (len(kept), hashlib.sha256(kept).hexdigest())
    return outcome.part, outcome.note, kept


def pixels(content: bytes) -> bytes:
    """The pixels of a picture, as it is shown by what knows nothing of turning."""
    with Image.open(io.BytesIO(content)) as opened:
        return opened.convert("RGB").tobytes()


def says_place(content: bytes) -> bool:
    """Whether a picture says where it was taken, as far as a reader of it finds out."""
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        return bool(opened.getexif().get_ifd(0x8825)) or b"GPSLatitude" in content


@pytest.mark.parametrize("name", FILES)
def test_every_kind_is_kept_as_it_is(tmp_path: Path, name: str) -> None:
    content, media_type = FILES[name]
    part, note, kept = staged(tmp_path, name, content)
    known = {} if name in SAY_NOTHING else MEASURES[media_type.partition("/")[0]]
    assert (part.media_type, part.name, kept, note) == (media_type, name, content, "")
    assert {field: value for field in part._fields[4:] if (value := getattr(part, field)) is not None} == known
    found = look(tmp_path / name)
    assert isinstance(found, Attachment)
    assert (found.media_type, found.size, found[5:9]) == (part.media_type, part.size, part[4:])
    assert [file.stat().st_mode & 0o777 for file in (tmp_path / "kept").iterdir()] == [0o600]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong.name))
def test_what_cannot_be_attached_is_refused_with_a_sentence(tmp_path: Path, wrong: Wrong) -> None:
    path, kept = tmp_path / wrong.name, tmp_path / "kept"
    wrong.make(path)
    for refused in (attach(path, kept), look(path)):
        assert isinstance(refused, Refusal), refused
        assert wrong.sentence in refused.sentence
        assert refused.sentence.isprintable()
        assert refused.sentence[-1] == ("?" if wrong.asks else ".")
        assert refused.asks == wrong.asks
    assert not kept.exists() or not list(kept.iterdir())
    if wrong.asks:
        assert isinstance(attach(path, kept, sure=True), Staged)


def test_a_link_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / ".secret").mkdir()
    (tmp_path / ".secret" / "a.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / ".secret" / "a.txt")
    refused = attach(tmp_path / "link.txt", tmp_path / "kept")
    assert isinstance(refused, Refusal)
    assert refused.asks


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "you don't have the right to"), (errno.EIO, "the disk may be failing"), (errno.ENXIO, "can't be")],
)
def test_a_file_that_the_system_keeps_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    (tmp_path / "a.txt").write_text("x")

    def refuse(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("chat_tui.attachments.reading.open_plain", refuse)
    refused = attach(tmp_path / "a.txt", tmp_path / "kept")
    assert isinstance(refused, Refusal)
    assert words in refused.sentence


def test_a_full_disk_is_said_and_nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("x")

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    refused = attach(tmp_path / "a.txt", tmp_path / "kept")
    assert isinstance(refused, Refusal)
    assert "No space left on device. Make room" in refused.sentence
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("exif.jpg", picture("JPEG", exif=exif(gps=True))),
        ("exif.png", picture("PNG", exif=exif(gps=True))),
        ("exif.webp", picture("WEBP", exif=exif(gps=True))),
        ("xmp.jpg", picture("JPEG", xmp=XMP)),
        ("xmp.png", picture("PNG", pnginfo=described(XMP))),
        ("xmp.webp", picture("WEBP", xmp=XMP)),
    ],
)
def test_where_a_picture_was_taken_goes_and_its_pixels_stay(tmp_path: Path, name: str, content: bytes) -> None:
    assert says_place(content)
    _, note, kept = staged(tmp_path, name, content)
    assert (note, says_place(kept)) == ("location removed", False)
    assert pixels(kept) == pixels(content)
    _, note, kept = staged(tmp_path, name, content, Wishes(keep_location=True))
    assert (note, kept) == ("", content)


def test_a_picture_behind_a_picture_goes_with_its_place(tmp_path: Path) -> None:
    first = picture("JPEG", exif=exif(gps=True))
    _, _, kept = staged(tmp_path, "a.jpg", first + first)
    assert kept.count(b"\xff\xd8\xff") == 1
    assert pixels(kept) == pixels(first)


def test_a_picture_of_a_telephone_with_more_behind_it_is_turned_and_scaled(tmp_path: Path) -> None:
    first, behind = Image.new("RGB", (80, 40), (200, 30, 30)), Image.new("RGB", (20, 10))
    file = io.BytesIO()
    first.save(file, "MPO", save_all=True, append_images=[behind], exif=exif(orientation=6, gps=True))
    part, note, kept = staged(tmp_path, "a.jpg", file.getvalue(), Wishes(scale=50))
    assert (part.media_type, part.width, part.height) == ("image/jpeg", 25, 50)
    assert note == "scaled from 40×80, turned upright, location removed"
    assert not says_place(kept)
    upright = file.getvalue().replace(exif(orientation=6, gps=True), exif(orientation=1, gps=True))
    _, note, kept = staged(tmp_path, "b.jpg", upright)
    assert (note, says_place(kept), kept.count(b"\xff\xd8\xff")) == ("location removed", False, 1)


def test_where_a_film_was_made_goes(tmp_path: Path) -> None:
    content = movie(place=PLACE)
    part, note, kept = staged(tmp_path, "a.mp4", content)
    assert (note, kept) == ("location removed", content.replace(PLACE, b" " * len(PLACE)))
    assert part.seconds == SECONDS
    assert staged(tmp_path, "b.mp4", content, Wishes(keep_location=True))[1:] == ("", content)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("orientation", "size", "corner"), [(3, (24, 16), "blue"), (6, (16, 24), "red")])
def test_a_picture_is_sent_upright(
    tmp_path: Path, form: str, orientation: int, size: tuple[int, int], corner: str
) -> None:
    content = picture(form, exif=exif(orientation=orientation, gps=True))
    part, note, kept = staged(tmp_path, f"a.{form.lower()}", content)
    assert (part.width, part.height, note) == (*size, "turned upright, location removed")
    with Image.open(io.BytesIO(kept)) as opened:
        assert opened.size == size
        assert opened.getexif().get(0x0112, 1) == 1
        red, _, blue = opened.convert("RGB").getpixel((1, 1))  # type: ignore[misc]
    assert (blue > 150 > red) if corner == "blue" else (red > 150 > blue)
    assert not says_place(kept)


def test_a_large_picture_is_scaled_by_a_setting_or_later(tmp_path: Path) -> None:
    content = picture("JPEG", (800, 400), exif=exif(orientation=6))
    part, note, kept = staged(tmp_path, "a.jpg", content, Wishes(scale=100))
    assert (part.width, part.height, note) == (50, 100, "scaled from 400×800, turned upright")
    with Image.open(io.BytesIO(kept)) as opened:
        assert opened.size == (50, 100)
    whole, note, _ = staged(tmp_path, "b.png", picture("PNG", (800, 400)), Wishes(scale=800))
    assert note == ""
    still, _, _ = staged(tmp_path, "c.gif", picture("GIF", (80, 40)), Wishes(scale=20))
    assert (still.name, still.media_type, still.width) == ("c.png", "image/png", 20)
    smaller = rescale(whole, tmp_path / "kept", 80)
    assert isinstance(smaller, Staged)
    assert isinstance(smaller.part, FilePart)
    assert (smaller.part.name, smaller.part.width, smaller.part.height) == ("b.png", 80, 40)
    assert smaller.note == "scaled from 800×400"


def test_what_moves_is_not_scaled_to_stand_still(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (0, 120, 240)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    part, _, kept = staged(tmp_path, "a.gif", file.getvalue(), Wishes(scale=10))
    assert (part.width, kept) == (40, file.getvalue())
    with Image.open(io.BytesIO(kept)) as opened:
        assert len(list(ImageSequence.Iterator(opened))) == 3


@pytest.mark.parametrize(("name", "form"), [("a.bmp", "BMP"), ("a.tiff", "TIFF"), ("a.avif", "AVIF")])
def test_pictures_that_the_wire_does_not_have_become_png(tmp_path: Path, name: str, form: str) -> None:
    content = picture(form)
    part, note, kept = staged(tmp_path, name, content)
    assert (part.name, part.media_type, note) == ("a.png", "image/png", f"made from {form}")
    assert pixels(kept) == pixels(content)


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("photo.png", picture("JPEG"), "image/jpeg"),
        ("song.mp4", movie(handler=b"soun"), "audio/mp4"),
        ("README", b"no ending\n", "text/plain"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text/plain"),
        ("free.pdf", pdf(password="", owner="owner"), "application/pdf"),
        ("tags.txt", b"ID3 is what begins an MP3.\n", "text/plain"),
        ("kinds.py", b"# A PDF\nSTART = b'%PDF-'\n", "text/plain"),
        ("late.pdf", b"printed:\n" + pdf(), "application/pdf"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value,
)
def test_what_it_is_counts_and_not_what_it_is_called(
    tmp_path: Path, name: str, content: bytes, media_type: str
) -> None:
    part, _, kept = staged(tmp_path, name, content)
    assert (part.media_type, kept) == (media_type, content)


def test_a_name_without_an_ending_gets_one(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    outcome = attach(tmp_path / "a.png", tmp_path / "kept", name="clipboard")
    assert isinstance(outcome, Staged)
    assert outcome.part.name == "clipboard.png"


@pytest.mark.parametrize("name", [".", "..", "/", "a/"])
def test_a_name_that_is_none_gets_one(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    outcome = attach(tmp_path / "a.png", tmp_path / "kept", name=name)
    assert isinstance(outcome, Staged)
    assert outcome.part.name.endswith(".png")
    assert "/" not in outcome.part.name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.webm", webm(milliseconds=math.inf)),
        ("a.webm", webm(milliseconds=1e300)),
        ("a.mp4", movie(milliseconds=2**32 - 2)),
        ("a.pdf", pdf().replace(b"/Count 2", b"/Count 99999999999999999999")),
        ("a.wav", wav().replace(struct.pack("<II", 400, 800), struct.pack("<II", 0, 0))),
    ],
    ids=["infinite film", "endless film", "long film", "thick document", "sound without a rate"],
)
def test_a_length_that_can_not_be_is_not_known(tmp_path: Path, name: str, content: bytes) -> None:
    part, _, kept = staged(tmp_path, name, content)
    assert (part.pages, part.seconds, kept) == (None, None, content)
    assert preview(tmp_path / name, 20, 10).sentence == ""


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "utf-32"])
def test_text_is_kept_as_utf8(tmp_path: Path, encoding: str) -> None:
    part, note, kept = staged(tmp_path, "a.md", "Größe\n".encode(encoding))
    assert (part.media_type, note, kept) == ("text/markdown", "made UTF-8", "Größe\n".encode())


def test_a_name_that_is_no_text_becomes_one(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    try:
        path.write_bytes(b"x")
    except OSError:
        pytest.skip("This system's names are all text")
    outcome = attach(path, tmp_path / "kept")
    assert isinstance(outcome, Staged)
    assert outcome.part.name == "caf?.txt"


@pytest.mark.parametrize("name", FILES)
def test_damage_anywhere_is_no_more_than_a_sentence(tmp_path: Path, name: str) -> None:
    content = FILES[name][0]
    chance = random.Random(name)  # noqa: S311 - no secret
    path = tmp_path / name
    for _ in range(12):
        damaged = bytearray(content[: chance.randint(1, len(content))])
        for _ in range(chance.randint(0, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        outcome = attach(path, tmp_path / "kept")
        assert isinstance(outcome, Staged | Refusal)
    assert not list((tmp_path / "kept").glob(".*"))


def test_a_place_without_a_name_is_named_whole(tmp_path: Path) -> None:
    outcome = attach(Path("/"), tmp_path / "kept")
    assert isinstance(outcome, Refusal)
    assert outcome.sentence.startswith("“/” is a folder")


def test_a_key_is_no_key_when_it_is_public(tmp_path: Path) -> None:
    _, _, kept = staged(tmp_path, "key.txt", KEY.replace(b"PRIVATE", b"PUBLIC"))
    assert b"PUBLIC" in kept
