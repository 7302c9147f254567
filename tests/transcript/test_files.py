"""Pictures, files and sources in the transcript: what is shown of them, and that nothing moves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from chat_tui.attachments.thumbnails import Thumbnail
from chat_tui.conversation.values import Citation, FilePart, LinkPart, Message, Part, TextPart, UnknownPart
from chat_tui.transcript.pictures import MOST_WANTED, Pictures, Wanted
from chat_tui.transcript.reader import Reader
from chat_tui.transcript.view import Transcript
from tests.transcript.test_view import chat, prompt, reply

PICTURE = FilePart("a" * 64, "image/png", "map\x1b[2J.png", 84_000, 1024, 768)
SOUND = FilePart("b" * 64, "audio/wav", "speech.wav", 28_844, seconds=0.6)
PAPER = FilePart("c" * 64, "application/pdf", "fares.pdf", 2_400_000, pages=12)


class Host(App[None]):
    """A transcript whose pictures come when the test says so."""

    def __init__(self, *, shown: bool = True) -> None:
        super().__init__()
        self.chosen: list[object] = []
        self._shown = shown

    def compose(self) -> ComposeResult:
        yield Reader(footer=lambda message: "model · $0.01" if message.receipt else "")

    @property
    def reader(self) -> Reader:
        return self.query_one(Reader)

    def on_mount(self) -> None:
        self.reader.pictures.shown = self._shown
        self.reader.enable_markdown()
        self.reader.focus()

    def on_transcript_file_chosen(self, event: Transcript.FileChosen) -> None:
        assert event.control is self.reader
        self.chosen.append(event.file)

    def rows(self) -> list[str]:
        return [self.reader.render_line(y).text.rstrip() for y in range(self.reader.size.height)]

    def row(self, text: str) -> int:
        return next(y for y, row in enumerate(self.rows()) if text in row)


def with_parts(message: Message, *parts: Part) -> Message:
    return replace(message, parts=(*message.parts, *parts))


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


def drawn(wanted: Wanted) -> Thumbnail:
    """Return a thumbnail that is red above and blue below."""
    made = Image.new("RGBA", (wanted.columns, 2 * wanted.rows), (200, 30, 30, 255))
    made.paste((30, 30, 200, 255), (0, wanted.rows, wanted.columns, 2 * wanted.rows))
    return Thumbnail(wanted.columns, wanted.rows, made.tobytes())


async def test_a_picture_has_its_rows_before_it_is_decoded() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([*chat(4), with_parts(reply("Here it is."), PICTURE), prompt("after")])
        await pilot.pause()
        before = app.rows()
        caption = app.row("map␛[2J.png  84 kB · 1024×768")
        above = app.row("Here it is.") + 2
        assert caption - above == 12
        assert all(not row.strip() for row in before[above:caption])
        wanted = app.reader.pictures.next_wanted()
        assert wanted == Wanted(PICTURE, 32, 12)
        app.reader.show_picture(wanted, drawn(wanted))
        await pilot.pause()
        after = app.rows()
        assert after[:above] + after[caption:] == before[:above] + before[caption:]
        assert after[above:caption] == ["  " + "▀" * 32] * 12
        colours = [app.reader.render_line(y)._segments[1].style for y in (above, caption - 1)]
        assert [str(style.color.get_truecolor().hex) for style in colours if style and style.color] == [
            "#c81e1e",
            "#1e1ec8",
        ]
        assert app.reader.pictures.next_wanted() is None


async def test_why_a_picture_is_not_there_stands_in_its_place() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([with_parts(reply("Here."), PICTURE)])
        await pilot.pause()
        wanted = app.reader.pictures.next_wanted()
        assert wanted is not None
        before = app.row("map")
        app.reader.show_picture(wanted, "This picture is \x1b[2J damaged.")
        await pilot.pause()
        assert app.row("map") == before
        assert "This picture is ␛[2J damaged." in "\n".join(app.rows())


async def test_without_colours_a_line_stands_for_a_picture() -> None:
    app = Host(shown=False)
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([with_parts(reply("Here."), PICTURE)])
        await pilot.pause()
        assert app.row("these colours can't show it") == app.row("Here.") + 2
        assert app.reader.pictures.next_wanted() is None


async def test_files_are_stops_and_what_is_chosen_is_told() -> None:
    app = Host()
    parts = (PICTURE, SOUND, LinkPart("image", "https://www.example.org/a.png", "a.png"), UnknownPart({"type": "hat"}))
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([with_parts(prompt("Look"), PAPER), with_parts(reply("Here."), *parts)])
        await press(pilot, "g")
        assert "█ ▤ fares.pdf  2.4 MB · 12 pages" in app.rows()
        assert app.reader.current_file == PAPER
        found: list[object] = []
        for _ in range(6):
            await press(pilot, "down")
            found += [app.reader.chosen_file] if app.reader.at_file else []
        assert found == [PAPER, *parts]
        await press(pilot, "up", "up", "enter")
        assert app.chosen == [SOUND]
        assert "♪ speech.wav  29 kB · 0.6 s" in "\n".join(app.rows())
        assert "▣ a.png  example.org" in "\n".join(app.rows())
        await pilot.click(Reader, offset=(5, app.row("fares.pdf")))
        await pilot.pause()
        assert app.chosen == [SOUND, PAPER]


async def test_pictures_are_not_copied_with_the_text() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([with_parts(reply("Here."), PICTURE)])
        await press(pilot, "g")
        wanted = app.reader.pictures.next_wanted()
        assert wanted is not None
        app.reader.show_picture(wanted, drawn(wanted))
        await pilot.pause()
        app.reader.text_select_all()
        await pilot.pause()
        copied = app.screen.get_selected_text() or ""
        assert "▀" not in copied
        assert copied.strip() == "Here."


async def test_a_picture_comes_while_its_reply_goes_on() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        arriving = replace(reply("", "streaming"), parts=())
        app.reader.show([prompt("Draw"), arriving])
        app.reader.append_text(arriving.id, "Here")
        app.reader.append_part(arriving.id, PICTURE)
        app.reader.append_part(arriving.id, PICTURE)
        app.reader.append_text(arriving.id, " it is.")
        await pilot.pause()
        rows = app.rows()
        assert sum("map" in row for row in rows) == 1
        assert app.row("map") == app.row("Here it is.") + 14
        final = replace(arriving, status="complete", parts=(TextPart("Here it is."), PICTURE))
        app.reader.replace(final)
        await pilot.pause()
        assert app.rows() == rows


def test_what_was_scrolled_past_is_not_waited_for() -> None:
    asked: list[None] = []
    pictures = Pictures(lambda: asked.append(None))
    parts = [PICTURE._replace(sha256=f"{number:064}") for number in range(MOST_WANTED + 5)]
    for part in parts:
        pictures.get(Wanted(part, 10, 5))
    last = pictures.next_wanted()
    assert last is not None
    assert last.part == parts[-1]
    waiting = []
    while (wanted := pictures.next_wanted()) is not None:
        waiting.append(wanted.part)
        pictures.put(wanted, "none")
    assert waiting == parts[:4:-1]
    assert pictures.get(Wanted(parts[-1], 10, 5)) == "none"
    assert pictures.get(Wanted(parts[0], 10, 5)) is None
    assert len(asked) == len(parts) + 1


TEXT = "**Kyoto is old.** So is Nara, see `nara`.\n\n| a | b |\n|---|---|\n| deer | two |\n"
SOURCES = (
    Citation("https://www.example.org/kyoto", "Kyoto \x1b[2J by foot", ((0, 17),)),
    Citation("https://example.com/nara", None, ((18, 28), (60, 64), (400, 500))),
    Citation("javascript:alert(1)", "[/b]", ((22, 28),)),
)


@pytest.mark.parametrize("width", [80, 40])
async def test_marks_lead_to_sources_and_are_not_copied(width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 40)) as pilot:
        app.reader.show([prompt("Where?"), replace(reply(TEXT), citations=SOURCES)])
        await press(pilot)
        text = "\n".join(app.rows())
        assert "Kyoto is old.[1] So is Nara[2][3], see" in text.replace("\n ▎", "").replace("\n▎", "")
        assert "▸ 3 sources · example.org" in text
        assert "deer" in text
        assert "⸨" not in text
        assert app.reader.message_source() == TEXT
        assert app.reader.step_link(1)
        assert app.reader.chosen_link == "https://www.example.org/kyoto"
        assert app.reader.step_link(1)
        assert app.reader.chosen_link == "https://example.com/nara"
        app.reader.leave_link()
        app.reader.text_select_all()
        await pilot.pause()
        assert TEXT.strip() in (app.screen.get_selected_text() or "")


async def test_sources_unfold_each_with_title_and_domain() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([prompt("Where?"), replace(reply("See below."), citations=SOURCES)])
        await press(pilot, "down", "enter")
        assert [row.replace("▎", " ") for row in app.rows()[4:8]] == [
            "  ▾ 3 sources",
            "  [1] Kyoto ␛[2J by foot  example.org",
            "  [2] https://example.com/nara",
            "  [3] [/b]  javascript:alert(1)",
        ]
        assert app.reader.code_source() == "\n".join(source.url for source in SOURCES)
        links = []
        while app.reader.step_link(1) and app.reader.chosen_link not in links:
            links.append(app.reader.chosen_link)
        assert links == [source.url for source in SOURCES[:2]]
        await press(pilot, "enter")


async def test_a_link_is_looked_for_among_folded_sources_too() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.reader.show([prompt("Where?"), replace(reply("See below."), citations=SOURCES[:1])])
        await press(pilot)
        assert app.reader.step_link(1)
        assert app.reader.chosen_link == SOURCES[0].url
        assert "▾ 1 source" in "\n".join(app.rows())


async def test_marks_come_when_the_reply_is_whole() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        arriving = replace(reply("", "streaming"), parts=())
        app.reader.show([prompt("Where?"), arriving])
        app.reader.append_text(arriving.id, TEXT)
        await pilot.pause()
        assert "[1]" not in "\n".join(app.rows())
        app.reader.replace(replace(arriving, status="complete", parts=(TextPart(TEXT),), citations=SOURCES))
        await pilot.pause()
        assert "Kyoto is old.[1]" in "\n".join(app.rows())
