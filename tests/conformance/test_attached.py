"""What is attached, as the official SDKs understand it: nothing of a request with files is lost or changed."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, cast

import openai
import pytest
from openrouter import OpenRouter

from chat_tui.conversation.folder import Folder
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import LinkPart, Message, TextPart
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.openrouter.file_text import each_file_text
from chat_tui.openrouter.forms import sent_form
from chat_tui.reply.content import Files
from chat_tui.reply.request import request_body, with_free_parser
from tests.attachments.files import FILES
from tests.conformance.test_request import through_the_sdk

pytestmark = pytest.mark.filterwarnings(r"ignore:.*\*\* DEPRECATED \*\*:DeprecationWarning")

LINKS = (
    LinkPart("image", "https://a.example/b.png", "b.png"),
    LinkPart("video", "https://youtu.be/b", "b"),
    LinkPart("file", "https://a.example/b.pdf", "b.pdf"),
)


@pytest.fixture
def body(tmp_path: Path) -> dict[str, Any]:
    """A request with a file of every kind, and addresses, as it leaves."""
    folder = Folder(tmp_path)
    kept = [folder.attach(content, media_type, name) for name, (content, media_type) in FILES.items()]
    prompt = Message(new_id(), None, "user", (TextPart("What are these?"), *kept, *LINKS), now())
    files = Files(folder.read_attachment, folder.attachment)
    request = with_free_parser(request_body([prompt], {"model": "demo/echo"}, files))
    sent = sent_form(request, "openrouter", streaming=False, at_openrouter=True).body
    return cast("dict[str, Any]", each_file_text(sent, lambda file: file.text()))


def test_the_sdk_loses_nothing_of_it(body: dict[str, Any]) -> None:
    assert through_the_sdk(body) == set()


@pytest.fixture(params=["openrouter", "openai"])
def echoed(request: pytest.FixtureRequest, server: DemoServer, body: dict[str, Any]) -> Any:
    """The request as it arrives when an SDK sends it."""
    if request.param == "openrouter":
        with OpenRouter(api_key=DEMO_KEY, server_url=server.base_url, retry_config=None) as connected:
            content = connected.chat.send(**body).choices[0].message.content
    else:
        extra = {"plugins": body.pop("plugins")}
        with openai.OpenAI(base_url=server.base_url, api_key=DEMO_KEY, max_retries=0) as client:
            content = client.chat.completions.create(**body, extra_body=extra).choices[0].message.content
    return json.loads(str(content).partition("```json\n")[2].rpartition("\n```")[0])


def test_what_an_sdk_sends_arrives_as_what_we_send(echoed: dict[str, Any], body: dict[str, Any]) -> None:
    came, sent = (one["messages"][0]["content"] for one in (echoed, body))
    assert [shown(part) for part in came] == [shown(part) for part in sent]


def shown(part: dict[str, Any]) -> dict[str, Any]:
    """Return a part with its data as the echo has it, by digest where it is long."""

    def short(text: Any) -> Any:
        if not isinstance(text, str) or len(text) <= 2000 or " " in text[:2000]:
            return text
        digest = hashlib.sha256(base64.b64decode(text.rpartition(",")[2])).hexdigest()
        return f"{text[:60]}… ({len(text):,} characters, sha256 of its bytes {digest})"

    return {
        name: {key: short(value) for key, value in inner.items()} if isinstance(inner, dict) else inner
        for name, inner in part.items()
    }
