"""A conversation as Markdown, text and HTML; names of files; what never leaves."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.conversation.exports.excerpt import Excerpt, Scope, take_excerpt
from chat_tui.conversation.exports.formats import FORMATS, written
from chat_tui.conversation.exports.markdown import to_markdown
from chat_tui.conversation.exports.names import safe_name, unique_name
from chat_tui.conversation.exports.plain import to_text
from chat_tui.conversation.exports.writing import write_excerpt, write_file
from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.journal import append, append_message
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.records import Settlement, encode_line, encode_settlement
from chat_tui.conversation.secrets import without_secret_texts, without_secrets
from chat_tui.conversation.values import (
    Asked,
    Attempt,
    Citation,
    Failure,
    FilePart,
    LinkPart,
    Message,
    Receipt,
    TextPart,
    UnknownPart,
    Usage,
)
from tests.conversation.samples import NOON, full_message, message

CANARY = "canary-7f3a"
KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"


PAPER = LinkPart("file", "https://a.example/paper.pdf", "paper")


def excerpt(
    tmp_path: Path, *messages: Message, scope: Scope = "branch", message_id: str | None = None, **about: object
) -> Excerpt:
    """What leaves of a conversation of `messages`."""
    metadata = Metadata(new_id(), NOON, **about)  # type: ignore[arg-type]  # a test's own names
    folder = Folder(tmp_path / metadata.folder_name)
    for one in messages:
        append_message(folder.journal, one)
    return take_excerpt(metadata, folder, scope, message_id)


def page(of: Excerpt) -> str:
    return b"".join(written(of, "html")).decode()


def test_markdown_with_everything(tmp_path: Path) -> None:
    prompt = message("Draw *this*.")
    reply = replace(
        message("", prompt, role="assistant"),
        parts=(TextPart("Here."), FilePart("ab" * 32, "image/png", "image.png", 1234), UnknownPart({"type": "x"})),
        status="interrupted",
        reasoning="First.\nThen.",
        citations=(Citation("https://a.example", "A", ((0, 5), (1, 99))), Citation("https://b.example/<>")),
        receipt=Receipt(model="m/one", provider="P", usage=Usage(1204, 5, cached_tokens=1024), cost=Decimal("1E-7")),
        failure=Failure("It broke."),
    )
    of = excerpt(tmp_path, prompt, reply, title='A "title"', tags=("go", "Kyōto"), settings={"system": "Be brief."})
    assert to_markdown(of) == (
        f'---\ntitle: "A \\"title\\""\nid: "{of.metadata.id}"\ncreated: "2026-11-20T12:00:00.123Z"\nmodel: "m/one"\n'
        'tags: ["go", "Kyōto"]\nmessages: 2\ncost_usd: "0.0000001"\nschema: 1\n---\n\n'
        '# A "title"\n\n## System\n\nBe brief.\n\n## You\n\nDraw *this*.\n\n'
        "## m/one · P (interrupted)\n\n> *Thoughts*\n>\n> First.\n> Then.\n\nHere.[^s1]\n\n[image.png, 1,234 bytes]\n\n"
        "[a part that this version can't show]\n\nSources: [^s1] [^s2]\n\n"
        "[^s1]: A: <https://a.example>\n[^s2]: <https://b.example/%3C%3E>\n\n> It broke.\n\n"
        "*1,204 in (1,024 cached) · 5 out · $0.0000001*\n"
    )


def test_what_is_attached_as_an_address_is_one_everywhere(tmp_path: Path) -> None:
    url = "https://a.example/b c>.png?d=1"
    prompt = replace(message(), parts=(TextPart("Look."), LinkPart("image", url, "a [b].png"), PAPER))
    of = excerpt(tmp_path, prompt)
    marked = to_markdown(of, bare=True)
    assert "![a (b).png](<https://a.example/b%20c%3E.png?d=1>)\n\n[paper](<https://a.example/paper.pdf>)" in marked
    assert f"[a [b].png, {url}]\n[paper, https://a.example/paper.pdf]\n" in to_text(of)
    links = [attrs["href"] for tag, attrs in Page(page(of)).tags if tag == "a"]
    assert links == [url, PAPER.url]
    assert "<img" not in page(of)


def test_without_a_receipt_the_model_that_was_asked_is_named(tmp_path: Path) -> None:
    reply = replace(message("Hi", role="assistant"), model="m/asked")
    assert "## m/asked\n\nHi\n" in to_markdown(excerpt(tmp_path, reply))


def test_text_is_as_it_was_written(tmp_path: Path) -> None:
    text = "\x1b[2J\u202e `raw`\n\n# not a heading of ours"
    assert text in to_markdown(excerpt(tmp_path, message(text)), bare=True)
    assert text in to_text(excerpt(tmp_path, message(text)))


def siblings() -> list[Message]:
    prompt = message("Ask")
    first, second = (message(text, prompt, role="assistant") for text in ("First", "Second"))
    return [prompt, first, second, message("More", first)]


def test_how_much_leaves(tmp_path: Path) -> None:
    messages = siblings()
    texts: dict[Scope, list[str]] = {
        "branch": ["Ask", "First", "More"],
        "tree": ["Ask", "First", "More", "Second"],
        "message": ["Second"],
    }
    for scope, expected in texts.items():
        chosen = messages[2].id if scope == "message" else messages[1].id
        of = excerpt(tmp_path, *messages, scope=scope, message_id=chosen)
        assert [one.text for one in of.messages] == expected
        assert [json.loads(line)["id"] for line in of.read_lines()] == sorted(one.id for one in of.messages)
    tree = to_markdown(excerpt(tmp_path, *messages, scope="tree"), bare=True)
    assert re.findall("## (.*)", tree) == ["You", "Assistant · 1 of 2", "You", "Assistant · 2 of 2"]


class Page(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="x">b</b>

[a](javascript:alert(1)) [b](JAVASCRIPT:alert(1)) [c](data:text/html,x) [d](vbscript:x) [ok](https://ok.example/"><script>)

![track](https://tracker.example/p.png) ![t](javascript:x)

<javascript:alert(1)> <https://auto.example>

```"><script>alert(2)</script>
</code></pre><script>alert(3)</script>
```

| a | b |
|--:|:-:|
| 1 | <script>2</script> |

\x1b[2J \u202e &lt;script&gt;
"""


def test_a_page_holds_nothing_that_runs_or_loads(tmp_path: Path) -> None:
    reply = replace(
        message(HOSTILE, role="assistant"),
        reasoning=HOSTILE,
        model='"><script>',
        citations=(Citation("javascript:alert(1)", "<script>"), Citation("https://b.example", '"><script>')),
        failure=Failure("<script>alert(4)</script>"),
        tool_calls=({"function": {"name": "<script>", "arguments": "</code><script>"}},),
    )
    files = FilePart("0" * 64, "image/png", '"><script>', 3), FilePart("1" * 64, "text/plain", "<script>", 3)
    link = LinkPart("image", "javascript:alert(7)", "<script>")
    prompt = replace(message(), parts=(TextPart("<script>alert(5)</script>"), *files, link))
    system, tags = {"system": "</div><script>"}, ("<script>",)
    text = page(excerpt(tmp_path, prompt, reply, scope="tree", title="</title><script>", tags=tags, settings=system))
    found = Page(text)
    names = {tag for tag, _ in found.tags}
    assert names.isdisjoint({"script", "iframe", "object", "embed", "form", "link", "base", "svg", "b"})
    attributes = {name for _, attrs in found.tags for name in attrs}
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    links = [attrs for tag, attrs in found.tags if tag == "a"]
    assert {str(attrs["href"]).partition(":")[0] for attrs in links} == {"https"}
    assert all("noopener" in str(attrs["rel"]) for attrs in links)
    assert "https://tracker.example/p.png" in [attrs["href"] for attrs in links]
    assert not [attrs for tag, attrs in found.tags if tag == "img"]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert '<td class="right">1</td>' in text


def test_markdown_links_to_nothing_that_runs(tmp_path: Path) -> None:
    unsafe, safe = Citation("javascript:alert(1)`", "Odd"), Citation("https://b.example", "Even")
    link = LinkPart("image", "javascript:alert(7)", "picture")
    reply = replace(message(role="assistant"), parts=(TextPart("Hi"), link), citations=(unsafe, safe))
    text = to_markdown(excerpt(tmp_path, reply))
    assert "[^s1]: Odd: `javascript:alert(1)`\n[^s2]: Even: <https://b.example>" in text
    assert "[picture] `javascript:alert(7)`" in text


def test_a_page_needs_nothing_else(tmp_path: Path) -> None:
    of = excerpt(tmp_path)
    folder = Folder(tmp_path / of.metadata.folder_name)
    picture = folder.attach(b"\x89PNG\r\n\x1a\n", "image/png", 'a.png" onload="x')
    svg = folder.attach(b"<svg onload='x'/>", "image/svg+xml", "b.svg")
    gone = FilePart("ab" * 32, "image/png", "gone.png", 3)
    append_message(folder.journal, replace(message(""), parts=(picture, svg, gone)))
    code = replace(message("```python\nimport this\n```", role="assistant"), parent=None)
    append_message(folder.journal, code)
    text = page(take_excerpt(of.metadata, folder, "tree"))
    (image,) = (attrs for tag, attrs in Page(text).tags if tag == "img")
    assert image == {"src": "data:image/png;base64,iVBORw0KGgo=", "alt": 'a.png" onload="x, 8 bytes'}
    assert "gone.png, 3 bytes, which is missing" in text
    assert '<span class="kn">import</span>' in text
    policy = next(str(attrs["content"]) for _, attrs in Page(text).tags if "http-equiv" in attrs)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text
    assert "url(" not in text
    assert "@import" not in text


def test_a_page_loses_no_text_however_deep(tmp_path: Path) -> None:
    text = page(excerpt(tmp_path, message("> " * 300 + "bottom", role="assistant")))
    assert "bottom" in text


@pytest.mark.parametrize("form", FORMATS)
def test_no_key_and_no_header_leaves(tmp_path: Path, form: str) -> None:
    of = excerpt(
        tmp_path,
        full_message(),
        scope="tree",
        title="T",
        settings={
            "system": f"My key is {KEY}",
            "headers": {"X-Title": CANARY},
            "base_url": f"https://{CANARY}.example",
            "key": CANARY,
            "tools": [{"type": "mcp", "authorization": CANARY, "server_url": CANARY, "headers": {"A": CANARY}}],
            "parameters": {"max_tokens": 77, "prompt_cache_key": "cache"},
        },
        unknown={"api_key": CANARY, "openrouter-api-key": CANARY, "auth_token": CANARY, "theme": "fine"},
    )
    text = b"".join(written(of, form)).decode()
    assert CANARY not in text
    assert KEY not in text
    assert "My key is" in text
    if form in ("json", "toml"):
        assert "max_tokens" in text
        assert "cache" in text
        assert "fine" in text


OWN_KEY = "key-of-no-form-0815"
USER = "canary-user-4711"


def told(what: str) -> str:
    """Return a server's words with all that must not leave."""
    return (
        f"{what}: {KEY} was refused. Authorization: Bearer {CANARY}0000; X-Api-Key: {CANARY} {OWN_KEY} "
        f'{{"user_id":"{USER}"}} {{\\"user_id\\": \\"{USER}\\"}} bearer {CANARY}-123456'
    )


def leaky(folder: Folder) -> Message:
    """Return a reply with secrets wherever no person and no model wrote."""
    raw = {"debug": told("raw"), "user_id": USER, "request": {"headers": {"X": CANARY}}, "api_key": CANARY}
    asked = {"model": "m/one", "metadata": {"note": told("asked")}, "user_id": USER, "authorization": CANARY}
    file = folder.attach(json.dumps(asked).encode(), "application/json", "request.json")
    return replace(
        message("Fine.", role="assistant"),
        status="failed",
        asked=Asked("0" * 64, asked, file),
        failure=Failure(told("failure")),
        receipt=Receipt(
            provider="P", raw_usage=raw, metadata=raw, violation=told("violation"), fallback=told("fallback"),
            attempts=(Attempt(told("attempt")),),
        ),
        unknown={"later": raw},
    )  # fmt: skip


def check_clean(text: str) -> None:
    assert [secret for secret in (CANARY, KEY, OWN_KEY, USER) if secret in text] == []


@pytest.mark.parametrize("form", FORMATS)
def test_no_secret_of_a_failure_a_receipt_or_a_request_leaves(tmp_path: Path, form: str) -> None:
    metadata = Metadata(new_id(), NOON, "T", settings={"system": f"Be {OWN_KEY}", "metadata": {"user_id": USER}})
    folder = Folder(tmp_path / metadata.folder_name)
    reply = leaky(folder)
    append_message(folder.journal, reply)
    append(folder.journal, encode_settlement(Settlement(reply.id, NOON, Receipt(fallback=told("settled")))))
    append(folder.journal, encode_line({"v": 1, "type": "dream", "id": new_id(), "of": told("x"), "user_id": USER}))
    of = take_excerpt(metadata, folder, "tree", secrets=[OWN_KEY])
    text = b"".join(written(of, form)).decode()
    check_clean(text)
    assert "Fine." in text
    assert "failure: … was refused." in text
    assert of.telltale == 0
    with pytest.raises(PermissionError):
        of.read_file(reply.asked.file)  # type: ignore[union-attr,arg-type]  # it has both


def test_what_is_shown_has_no_secret_of_a_failure_a_receipt_or_a_request(tmp_path: Path) -> None:
    folder = Folder(tmp_path / new_id())
    append_message(folder.journal, leaky(folder))
    (reply,) = folder.read().messages.values()
    shown = str(replace(reply, unknown={})).replace(OWN_KEY, "")  # which never gets so far
    check_clean(shown)
    assert "was refused" in shown


@pytest.mark.parametrize(
    "name",
    [
        "headers", "X-Header", "key", "it's-key", "keys", "api-keys", "apikey", "Authorization", "auth", "bearer",
        "cookies", "credential", "passwd", "PASSWORD", "client_secret", "accessToken", "api_tokens", "refresh-token",
        "session_token",
        "token", "base_url", "baseURL", "server-url", "user_id", "creator_id", "creator_user_id",
    ],
)  # fmt: skip
def test_what_has_such_a_name_is_left_out(name: str) -> None:
    assert without_secrets({"a": [{name: 1, "prompt_tokens": 2}]}) == {"a": [{"prompt_tokens": 2}]}
    assert without_secret_texts({name: CANARY, "other": {name: {"type": "string"}}}) == {
        "other": {name: {"type": "string"}}
    }


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_written_leaves_as_it_is_and_is_warned_of(tmp_path: Path, form: str) -> None:
    prompt = message(f"Is {KEY} a key? Or {OWN_KEY}?")
    reply = replace(message(f"Use Bearer {CANARY}-123456789.", prompt, role="assistant"), reasoning="user_id: x")
    of = excerpt(tmp_path, prompt, reply, message("Cookie: no secret", reply))
    done = write_excerpt(tmp_path / f"out.{form}", of, form)
    text = done.path.read_text()
    assert KEY in text
    assert OWN_KEY in text
    assert CANARY in text
    assert done.warnings == [
        "2 text(s) of yours or a model's hold something like a key; they leave as they were written."
    ]


TITLES = [
    "../../etc/passwd", "/etc/passwd", "a/b\\c", "nul\0byte", "x" * 300, "🦜" * 200, "CON", "con.txt", "LPT1", "..",
    "", "   ", "dots...", ".hidden", "-rf", "~root", "a\nb", "\x1b]0;x\x07", "\u202egnp.exe", "\ud800", ".",
    "%2e%2e%2f", "a:b*c?d\"e<f>g|h", "é" * 150, "NUL ", "aux.tar.gz", "con ", "\u200b", "a\u2028b", "$(rm -rf)", "CON…",
]  # fmt: skip


def check_name(name: str) -> None:
    stem, _, ending = name.rpartition(".")
    assert ending == "html"
    assert stem
    assert name.isprintable()
    assert len(name.encode()) <= 125
    assert not set(name) & set('/\\:*?"<>|\0')
    assert name[0] not in "-.~ "
    assert stem[-1] not in ". "
    assert stem.partition(".")[0].rstrip().upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}


@pytest.mark.parametrize("title", TITLES)
def test_any_title_is_a_safe_name(tmp_path: Path, title: str) -> None:
    name = safe_name(title, "html")
    check_name(name)
    write_file(tmp_path / name, [b"x"])
    assert [path.name for path in tmp_path.iterdir()] == [name]


@given(st.text())
def test_any_text_is_a_safe_name(title: str) -> None:
    check_name(safe_name(title, "html"))


def test_names_are_each_others_no_more() -> None:
    taken: set[str] = set()
    given_names = ["a.md", "A.md", "a.md", "é.md", "e\u0301.md", f"{'x' * 116}.md", f"{'x' * 116}.md"]
    names = [unique_name(name, taken) for name in given_names]
    assert len({name.casefold() for name in names}) == len(given_names)
    assert names[:3] == ["a.md", "A (2).md", "a (3).md"]
    assert max(len(name) for name in names) <= 120


def test_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    file, link, dangling = tmp_path / "file", tmp_path / "link", tmp_path / "dangling"
    file.write_bytes(b"old")
    link.symlink_to(file)
    dangling.symlink_to(tmp_path / "nowhere")
    for path in (file, link, dangling, tmp_path):
        with pytest.raises(FileExistsError):
            write_file(path, [b"new"])
    assert file.read_bytes() == b"old"
    write_file(file, [b"n", b"ew"], replace=True)
    write_file(link, [b"own"], replace=True)
    assert (file.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"new", b"own", False)
    assert file.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"file", "link", "dangling"}


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_file(Path("/dev/null"), [b"x"], replace=True)
    assert Path("/dev/null").is_char_device()


def test_an_export_is_on_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "notes.md"
    seen: list[tuple[bool, int, int]] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        status = os.fstat(descriptor)
        seen.append((path.exists(), status.st_ino, status.st_size))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_file(path, [b"all ", b"words"])
    assert (False, path.stat().st_ino, 9) in seen


def test_half_an_export_is_none(tmp_path: Path) -> None:
    def torn() -> list[bytes]:
        raise OSError(5, "No more")

    def pieces() -> object:
        yield b"half"
        torn()

    with pytest.raises(OSError, match="No more"):
        write_file(tmp_path / "x", pieces())  # type: ignore[arg-type]  # an iterator of bytes, by its look
    assert list(tmp_path.iterdir()) == []


def test_a_page_leads_from_marks_to_sources(tmp_path: Path) -> None:
    text = "Kyoto is *old*. `code`"
    source = Citation("https://a.example", "A", ((0, 15), (17, 20)))
    prompt = message()
    reply = replace(message(text, prompt, role="assistant"), citations=(source,))
    found = Page(page(excerpt(tmp_path, prompt, reply)))
    (target,) = (str(attrs["id"]) for tag, attrs in found.tags if tag == "li")
    leads = [str(attrs["href"]) for tag, attrs in found.tags if tag == "a"]
    assert leads == [f"#{target}", f"#{target}", "https://a.example"]
    plain = replace(reply, parts=(TextPart("⸨1⸩ of theirs"),))
    assert "⸨1⸩ of theirs" in page(excerpt(tmp_path / "plain", prompt, plain))
