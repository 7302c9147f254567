"""The client: requests to OpenRouter, or to any server that speaks its API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

from chat_tui.openrouter import answers, errors, sentences
from chat_tui.openrouter.account import Credits, Generation, KeyInfo
from chat_tui.openrouter.addresses import model_path, segment
from chat_tui.openrouter.bodies import encoded
from chat_tui.openrouter.catalogue import Model, ModelList, decode_list
from chat_tui.openrouter.connection import Connection, Timeouts, generation_of
from chat_tui.openrouter.model_query import ModelQuery
from chat_tui.openrouter.presets import Preset, PresetVersion
from chat_tui.openrouter.providers import Endpoint, ModelEndpoints, Provider
from chat_tui.openrouter.reading import MODEL, Reader, Wanted
from chat_tui.openrouter.receiving import Stream
from chat_tui.openrouter.recording import Recording
from chat_tui.openrouter.server import DEFAULT_BASE_URL, Server
from chat_tui.openrouter.stream import HEAVY_EVENT, ChunkDecoder
from chat_tui.openrouter.types import Completion, chunk_of_completion

__all__ = ["App", "Client", "Stream", "Timeouts"]

_CHAT = "/chat/completions"
_TEXT = "/completions"
_BY_HUNDREDS = {"limit": "100"}  # presets come 50 at a time by themselves


@dataclass(frozen=True, slots=True)
class App:
    """What OpenRouter's activity and rankings know an application by.

    Args:
        title: Its name.
        url: What identifies it.
        categories: Two at most of OpenRouter's, with commas between.
        hidden: Keep it out of what others see.
    """

    title: str = "chat-tui"
    url: str = "https://github.com/chat-tui/chat-tui"
    categories: str = "general-chat,cli-agent"
    hidden: bool = False

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        said = {
            "HTTP-Referer": self.url,
            "X-OpenRouter-Title": self.title,
            "X-Title": self.title,  # the name that older servers know
            "X-OpenRouter-Categories": self.categories,
            "X-OpenRouter-App-Visibility": "hidden" if self.hidden else "",
        }
        # Headers carry ASCII alone.
        return {name: re.sub(r"[^ -~]", "?", value).strip() for name, value in said.items() if value.strip()}


class Client:
    """One HTTP client for one server and key; close it with `aclose()` or `async with`.

    The connection is made with the first request, which also is where a bad base URL, key or proxy setting is reported.
    Proxies of the environment are used, but never for loopback. Redirects are never followed.

    Args:
        key: The API key, or None for none.
        base_url: Up to and with the version: `https://openrouter.ai/api/v1`.
        timeouts: In seconds; None for the usual ones.
        transport: Replaces the network, in tests.
        app: What OpenRouter's activity and rankings know the application by.
        version: The application's version, for `User-Agent`.
        routing_metadata: Ask for what the router did: it comes with the reply, as `openrouter_metadata`.
    """

    def __init__(
        self,
        key: str | None,
        base_url: str = DEFAULT_BASE_URL,
        *,
        timeouts: Timeouts | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        app: App | None = None,
        version: str = "0",
        routing_metadata: bool = False,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeouts = timeouts or Timeouts()
        self._server = Server(self.base_url, (key or "").strip() or None)
        headers = {"User-Agent": f"chat-tui/{version}", **(app or App()).headers()}
        if routing_metadata:
            headers["X-OpenRouter-Metadata"] = "enabled"
        self._connection = Connection(self._server, self.timeouts, headers, transport)
        self._reader = Reader(self._connection)

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; the client can't be used after."""
        await self._connection.aclose()

    def address(self, *, text: bool = False) -> str:
        """Return where requests for replies go; for `text`, those to go on with a text."""
        return f"{self.base_url}{_TEXT if text else _CHAT}"

    def shown_headers(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of a request that say who asks and for what, `more` among them, with the key masked."""
        return self._connection.shown_headers(more)

    async def models(self, query: ModelQuery | None = None) -> ModelList:
        """Return the catalogue, by default whole, with models of every output (text, image, audio, …). Needs no key.

        Raises:
            OpenRouterError: No reply, an error, or no list of models.
        """
        return await self._models("/models", Wanted("list of models"), query)

    async def user_models(self, query: ModelQuery | None = None) -> ModelList:
        """Return the models that the account's provider and privacy settings leave.

        Raises:
            OpenRouterError: No reply, an error, or no list of models.
        """
        return await self._models("/models/user", Wanted("list of the account's models"), query)

    async def model_count(self, output_modalities: str = "all") -> int:
        """Return how many models give one of `output_modalities`, separated by commas.

        Raises:
            OpenRouterError: No reply, an error, or no number.
        """
        wanted = Wanted("count of its models")
        data = await self._reader.data("/models/count", wanted, {"output_modalities": output_modalities})
        count = data.get("count")
        if not isinstance(count, int):
            raise sentences.unreadable(self._server, 200)
        return count

    async def model(self, model_id: str) -> Model:
        """Return one model of the catalogue; the id may have a variant (`a/b:free`) or be an alias (`~a/b-latest`).

        Raises:
            UnknownModel: There is none.
            OpenRouterError: No reply, or another error.
        """
        return Model.read(
            await self._reader.data(f"/model/{model_path(model_id)}", _model("description of a model", model_id))
        )

    async def endpoints(self, model_id: str) -> ModelEndpoints:
        """Return who serves a model, at which price and how fast; the speed is only told to a key.

        Raises:
            UnknownModel: There is no such model.
            OpenRouterError: No reply, or another error.
        """
        wanted = _model("list of who serves a model", model_id)
        return ModelEndpoints.read(await self._reader.data(f"/models/{model_path(model_id)}/endpoints", wanted))

    async def zdr_endpoints(self) -> tuple[Endpoint, ...]:
        """Return the endpoints that keep no data at all.

        Raises:
            OpenRouterError: No reply, or an error.
        """
        items = await self._reader.items("/endpoints/zdr", Wanted("list of endpoints without data retention"))
        return tuple(map(Endpoint.read, items))

    async def providers(self) -> tuple[Provider, ...]:
        """Return the providers, and where their terms are.

        Raises:
            OpenRouterError: No reply, or an error.
        """
        return tuple(map(Provider.read, await self._reader.items("/providers", Wanted("list of providers"))))

    async def generation(self, generation_id: str) -> Generation:
        """Return what became of a request, by its generation id; it takes a while to be known.

        Raises:
            NotFound: It isn't known yet, or never was.
            OpenRouterError: No reply, or another error.
        """
        wanted = Wanted("receipts", "receipt for", generation_id, "It may come within minutes; ask again then.")
        return Generation.read(await self._reader.data("/generation", wanted, {"id": generation_id}))

    async def credits(self) -> Credits | None:
        """Return what the account bought and used, or None when this key may not know that.

        Raises:
            OpenRouterError: No reply, or another error.
        """
        try:
            return Credits.read(await self._reader.data("/credits", Wanted("account balance")))
        except (errors.Unauthorized, errors.Forbidden):
            return None

    async def key_info(self) -> KeyInfo:
        """Return the key's limit and use.

        Raises:
            OpenRouterError: No reply, an error, or something that isn't a key's description.
        """
        wanted = Wanted("description of the key")
        try:
            return KeyInfo.read(await self._reader.data("/key", wanted))
        except errors.NotOffered as error:
            if error.code not in ("404", "405"):
                raise
            return KeyInfo.read(await self._reader.data("/auth/key", wanted))  # as it was called before

    async def presets(self) -> tuple[Preset, ...]:
        """Return the account's presets, without their settings.

        Raises:
            OpenRouterError: No reply, or an error.
        """
        return tuple(map(Preset.read, await self._reader.items("/presets", Wanted("presets"), _BY_HUNDREDS)))

    async def preset(self, slug: str) -> Preset:
        """Return one preset with the version that is in use.

        Raises:
            NotFound: There is none.
            OpenRouterError: No reply, or another error.
        """
        return Preset.read(await self._reader.data(f"/presets/{segment(slug)}", _preset(slug)))

    async def preset_versions(self, slug: str) -> tuple[PresetVersion, ...]:
        """Return all versions of a preset.

        Raises:
            NotFound: There is no such preset.
            OpenRouterError: No reply, or another error.
        """
        path = f"/presets/{segment(slug)}/versions"
        return tuple(map(PresetVersion.read, await self._reader.items(path, _preset(slug), _BY_HUNDREDS)))

    async def preset_version(self, slug: str, number: int) -> PresetVersion:
        """Return one version of a preset; they are numbered from 1.

        Raises:
            NotFound: There is no such preset or version.
            OpenRouterError: No reply, or another error.
        """
        path = f"/presets/{segment(slug)}/versions/{number}"
        return PresetVersion.read(await self._reader.data(path, _preset(f"{slug}, version {number}")))

    async def save_preset(self, slug: str, settings: Mapping[str, Any]) -> Preset:
        """Make `settings` a new version of the preset `slug`, which need not exist, and return what was kept.

        Args:
            slug: Small letters and digits, with hyphens between.
            settings: Fields of a chat request; the server keeps those that a preset has, and says nothing of others.

        Raises:
            Forbidden: This key may not.
            OpenRouterError: No reply, or another error.
        """
        # The address is that of a completion, which wants messages; none is made, and they aren't kept.
        body = {**settings, "messages": [{"role": "user", "content": "(none)"}]}
        wanted = Wanted("presets to be saved")
        return Preset.read(await self._reader.data(f"/presets/{segment(slug)}/chat/completions", wanted, body=body))

    async def _models(self, path: str, wanted: Wanted, query: ModelQuery | None) -> ModelList:
        query = query or ModelQuery()
        lists: list[ModelList] = []
        reading = self._reader.pages(path, wanted, query.parameters(), first_only=query.is_one_page, decode=decode_list)
        async with aclosing(reading) as pages:
            async for text, value in pages:
                try:
                    lists.append(await asyncio.to_thread(ModelList.of, value, text))
                except ValueError as error:
                    raise answers.not_ours(self._server, text) from error
        return lists[0] if len(lists) == 1 else await asyncio.to_thread(_joined, lists)

    async def complete(self, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Completion:
        """Return the completion of chat request `body`, all at once (`stream` is set to false).

        Args:
            body: The request, as JSON has it.
            headers: More of them, of those in `connection.OPTIONAL_HEADERS`.

        Raises:
            OpenRouterError: No reply, an error (also one under HTTP 200), or something that isn't a completion.
        """
        return await self._complete(_CHAT, body, headers)

    def stream(
        self,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
        recording: Recording | None = None,
    ) -> AbstractAsyncContextManager[Stream]:
        """Send chat request `body` (`stream` is set to what `whole` isn't) on entering; leaving closes the connection.

        Args:
            body: The request, as JSON has it.
            headers: More of them, of those in `connection.OPTIONAL_HEADERS`.
            whole: Ask for the reply all at once; it is one chunk, which comes also when the reply failed in the middle.
            recording: Hears what goes over the wire.

        Raises:
            OpenRouterError: On entering: no reply, or an error before the first byte of the body.
        """
        return self._stream(_CHAT, body, headers, recording, whole=whole)

    async def complete_text(self, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Completion:
        """Return how a model goes on with the text `prompt` of `body`; else as `complete`.

        Raises:
            OpenRouterError: as of `complete`.
        """
        return await self._complete(_TEXT, body, headers)

    def stream_text(
        self,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        *,
        whole: bool = False,
        recording: Recording | None = None,
    ) -> AbstractAsyncContextManager[Stream]:
        """Stream how a model goes on with the text `prompt` of `body`; else as `stream`.

        Raises:
            OpenRouterError: as of `stream`.
        """
        return self._stream(_TEXT, body, headers, recording, whole=whole)

    async def _complete(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None) -> Completion:
        patience = self.timeouts.headers_unstreamed
        request = await self._connection.post(path, {**body, "stream": False}, headers, patience)
        async with self._connection.reply(request) as response:
            text = await self._connection.body(response)
        value = answers.whole_completion(self._server, text, generation_of(response))
        decoder = ChunkDecoder(self._server)
        decoder.accept(chunk_of_completion(value))
        decoder.end()
        if isinstance(decoder.fault, errors.StreamFault):
            raise decoder.fault
        return Completion.read(value)

    @asynccontextmanager
    async def _stream(
        self,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None,
        recording: Recording | None,
        *,
        whole: bool,
    ) -> AsyncIterator[Stream]:
        patience = self.timeouts.headers_unstreamed if whole else self.timeouts.headers
        request = await self._connection.post(path, {**body, "stream": not whole}, headers, patience, recording)
        async with self._connection.reply(request, recording) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if whole or kind.endswith(("json", "html")):
                stream = await self._stream_of_whole(response, recording)
            else:
                # httpx has one read time-out for headers and body; its transport looks it up before each of them.
                response.request.extensions["timeout"]["read"] = self.timeouts.idle
                stream = Stream(self._server, generation_of(response), response, self.timeouts.idle, recording)
            try:
                yield stream
            finally:
                await stream.aclose()

    async def _stream_of_whole(self, response: httpx.Response, recording: Recording | None) -> Stream:
        generation = generation_of(response)
        text = await self._connection.body(response)
        if text.startswith(("data:", ":")):
            stream = Stream(self._server, generation, recording=recording)
            stream.take_events(text)
            return stream
        if recording is not None:
            recording.hear(text)
        stream = Stream(self._server, generation)
        if len(text) > HEAVY_EVENT:
            value = await asyncio.to_thread(answers.whole_completion, self._server, text, generation)
        else:
            value = answers.whole_completion(self._server, text, generation)
        stream.take_whole(chunk_of_completion(value))
        return stream


def _model(things: str, model_id: str) -> Wanted:
    return Wanted(things, MODEL, model_id, "Choose one in the model picker, or list them with `chat-tui models`.")


def _preset(name: str) -> Wanted:
    return Wanted("presets", "preset", name, "Check its name at openrouter.ai/settings/presets.")


def _joined(pages: Sequence[ModelList]) -> ModelList:
    models = tuple(model for page in pages for model in page.data)
    text = encoded({"data": [model.raw for model in models], "total_count": len(models)}).decode()
    return ModelList(data=models, total_count=len(models), text=text)
