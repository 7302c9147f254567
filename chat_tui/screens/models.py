"""The model picker: favourites, fallbacks, variants and the model of new chats; Enter switches this chat's model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from chat_tui.config.problems import ConfigError
from chat_tui.engine.refused import RefusedError
from chat_tui.models.chosen import Chosen
from chat_tui.screens import model_keys
from chat_tui.screens.model_list import ModelListScreen
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.conversation.values import Part
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library
    from chat_tui.engine.session import Session
    from chat_tui.models.endpoint import Endpoints
    from chat_tui.models.routing import Choices


class ModelPicker(ModelListScreen):
    """Ends with the chosen model's id, or None; favourites, fallbacks and the like are kept as they are made.

    Args:
        chat: The conversation whose model is chosen.
        library: Keeps the model of new chats.
        session: Brings the engine as soon as it runs.
        engine: The engine, when it runs already.
        files: What is attached to the prompt that is being written.
        search: What is searched for first.
    """

    CSS_PATH = ["searched_pane.tcss", "models.tcss"]  # noqa: RUF012 - Textual doesn't declare it a ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [*model_keys.bindings()]
    fallbacks = getters.query_one("#fallbacks", Static)

    def __init__(
        self,
        chat: Chat,
        library: Library,
        session: Callable[[], Awaitable[Session]],
        engine: Session | None = None,
        *,
        files: Sequence[Part] = (),
        search: str = "",
    ) -> None:
        super().__init__(chat, session, engine, files=files, search=search)
        self._library = library

    def on_mount(self) -> None:
        """Show the models that are tried later."""
        self._show_fallbacks()

    # Favourites

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a digit be a digit where it can't be meant for a favourite."""
        if action == "favourite":
            has_place = parameters[0] in range(1, len(self._chosen.favourites) + 1)
            return has_place and (not self._search.text or not self.search.has_focus)
        return True

    def action_favourite(self, digit: int) -> None:
        """Use a favourite."""
        self.dismiss(self._chosen.favourites[digit - 1])

    def action_star(self) -> None:
        """Make the highlighted model a favourite, or no longer one."""
        if (model := self.table.highlighted) is not None:
            wanted = model.id not in self._chosen.favourites
            self._choose_favourites(lambda chosen: chosen.with_favourite(model.id, wanted=wanted))
            self.table.refresh()  # it stays where it is until the models are listed anew

    def action_move_favourite(self, by: int) -> None:
        """Move the highlighted favourite up or down."""
        if (model := self.table.highlighted) is not None:
            self._choose_favourites(lambda chosen: chosen.moved(model.id, by))
            self._show(keep=True)

    def _choose_favourites(self, change: Callable[[Chosen], Chosen]) -> None:
        """Change the favourites at once, and keep that even when the picker is closed meanwhile."""
        self._chosen = change(self._chosen)
        self.app.run_worker(self._keep_favourites(change), group="favourites")

    async def _keep_favourites(self, change: Callable[[Chosen], Chosen]) -> None:
        try:
            await (await self._session()).chosen_models.change(change)
        except RefusedError as error:
            self._warn(str(error))

    # The models that are tried when the first can't answer

    def _show_fallbacks(self) -> None:
        """List the models that are tried when the first can't answer."""
        models = self._chat.settings.get("models") or []
        numbered = [(f"  {place} {one_line(str(model))}", "") for place, model in enumerate(models, 1)]
        self.fallbacks.set_class(bool(models), "-some")
        self.fallbacks.update(Content.assemble(("when it can't answer", "$foreground-muted"), *numbered), layout=False)

    def action_also(self) -> None:
        """Add the highlighted model to those that are tried when the first can't answer, or take it out."""
        if (model := self.table.highlighted) is not None:
            name = self._search.named(model.id)
            models = self._fallbacks
            self._keep_fallbacks([other for other in models if other != name] if name in models else [*models, name])

    def action_move_fallback(self, by: int) -> None:
        """Have the highlighted model tried earlier or later."""
        model = self.table.highlighted
        name = self._search.named(model.id) if model else ""
        models = self._fallbacks
        if name in models:
            place = min(max(models.index(name) + by, 0), len(models) - 1)
            models.remove(name)
            self._keep_fallbacks([*models[:place], name, *models[place:]])

    @property
    def _fallbacks(self) -> list[str]:
        return list(self._chat.settings.get("models") or [])

    def _keep_fallbacks(self, models: list[str]) -> None:
        own = ("conversation", "flags")
        others = any(origin not in own for origin, _ in self._chat.layers.said("models"))
        try:
            # None would bring those of the preset or of all chats back, where there are any.
            self._chat.change(models=models or ([] if others else None))
        except OSError as error:
            self._warn(f"This could not be saved: {error.strerror}.")
        self._show_fallbacks()

    # What else can be kept, or shown

    def action_make_default(self) -> None:
        """Make the highlighted model that of new chats."""
        if (model := self.table.highlighted) is not None:
            name = self._search.named(model.id)
            try:
                self._library.make_default(name)
            except ConfigError as error:
                self._warn(str(error))
            except OSError as error:
                self._warn(f"{self._library.paths.settings} could not be changed: {error.strerror}.")
            else:
                self.notify(f"New chats begin with {one_line(name, 80)}.", markup=False)

    def action_providers(self) -> None:
        """Show who serves the highlighted model, and keep for this chat who may."""
        from chat_tui.screens.endpoints import EndpointsScreen

        if (highlighted := self.table.highlighted) is None:
            return
        model = self._search.named(highlighted.id)

        async def fetch() -> Endpoints:
            return await (await self._session()).endpoints(model)

        self.app.push_screen(
            EndpointsScreen(model, self._chat.settings.get("provider") or {}, fetch), self._keep_providers
        )

    def _keep_providers(self, choices: Choices | None) -> None:
        if choices is not None:
            try:
                self._chat.choose_providers(choices)
            except OSError as error:
                self._warn(f"This could not be saved: {error.strerror}.")
