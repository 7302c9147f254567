"""Settings typed as commands in the composer: completed, changed, refused with the reason, undone."""

from __future__ import annotations

from tests.app.conftest import Running, Starter


async def type_command(running: Running, command: str) -> None:
    """Type `command` as a person does, and press Enter."""
    running.screen.composer.put(command)
    await running.pilot.pause()
    await running.pilot.press("enter")


async def test_names_are_completed_and_those_that_nobody_listed_stay_as_typed(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.composer.put("/order an")
        await running.until_shown("/order anthropic")
        await running.pilot.press("tab", "enter")
        await running.until(lambda: running.chat.settings.get("provider") == {"order": ["anthropic"]})
        running.screen.composer.put("/order nobody, open")
        await running.until_shown("/order nobody, openai")
        await running.pilot.press("tab", "enter")
        await running.until(lambda: running.chat.settings.get("provider") == {"order": ["nobody", "openai"]})
        running.screen.composer.put("/model sonnet-4.6")
        await running.until_shown("/model anthropic/claude-sonnet-4.6")
        await running.pilot.press("tab", "enter")
        await running.until(lambda: running.chat.model == "anthropic/claude-sonnet-4.6")
        await type_command(running, "/model demo/ech")  # Enter takes what is typed: it may be right, too
        await running.until(lambda: running.chat.model == "demo/ech")


async def test_settings_are_typed_completed_refused_and_undone(starter: Starter) -> None:
    async with starter.run() as running:
        await type_command(running, "/temp 0.2")
        await running.until_shown("Temperature is 0.2 from the next prompt on.")
        assert running.chat.settings["parameters"] == {"temperature": 0.2}

        await type_command(running, "/temp 3")
        await running.until_shown("Temperature is 3, above its most, 2.", "/temp 3")
        assert running.chat.settings["parameters"] == {"temperature": 0.2}

        running.screen.composer.put("/effort h")
        await running.until_shown("/effort high")
        await running.pilot.press("tab", "enter")
        await running.until_shown("Effort is high")

        await type_command(running, "/sort lat")  # Enter takes what is highlighted
        await running.until(lambda: running.chat.settings.get("provider") == {"sort": "latency"})
        await type_command(running, "/set zd")
        await running.until_shown("Zero data retention is not sent.")
        await type_command(running, "/temp ")
        await running.until_shown("Temperature is 0.2, set in this chat.")
        running.screen.composer.put("/system You")
        await running.pilot.pause()
        assert not running.screen.completions.display

        await type_command(running, "/stop a, b")
        await running.until_shown("/stop takes nothing after it.", "/stop-texts.", "/stop a, b")
        await type_command(running, "/stop-texts a, b")
        await running.until(lambda: running.chat.settings.get("stop") == ["a", "b"])
        await type_command(running, "/undo")
        await running.until(lambda: "stop" not in running.chat.settings)

        await type_command(running, "/provider.zrd on")
        await running.until_shown("There is no setting “provider.zrd”.")
        await type_command(running, "/nothing 1")
        await running.until_shown("There is no command /nothing.")
        await type_command(running, "/set system [/b] \x1b[2J")
        await running.until_shown('System prompt is "[/b] \\u001b[2J"')
        assert running.chat.settings["system"] == "[/b] \x1b[2J"


async def test_a_preset_that_vanishes_is_missed_at_the_next_change(starter: Starter) -> None:
    presets = starter.library.presets
    presets.write("careful", {"parameters": {"top_p": 0.5}})
    async with starter.run() as running:
        await type_command(running, "/preset careful")
        await running.until(lambda: running.chat.settings.get("parameters") == {"top_p": 0.5})
        presets.delete("careful")
        await type_command(running, "/temp 0.2")
        await running.until_shown("Temperature is 0.2", "There is no preset “careful” in")
        assert running.chat.settings["parameters"] == {"temperature": 0.2}


async def test_the_shape_of_pictures_is_chosen_and_asks_for_pictures(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/image")
        running.screen.composer.put("/aspect 16")
        await running.until_shown("/aspect 16:9", "1344×768 pixels")
        await running.pilot.press("tab", "enter")
        await running.until(lambda: running.chat.settings.get("image_config") == {"aspect_ratio": "16:9"})
        assert running.chat.settings["modalities"] == ["image", "text"]
        await type_command(running, "/aspect 7:5")
        await running.until(lambda: any("no shape “7:5”" in one.message for one in running.app._notifications))
        await type_command(running, "/undo")
        await running.until(lambda: "image_config" not in running.chat.settings)
        assert "modalities" not in running.chat.settings
        await type_command(running, '/set image_config {"image_size": "2K"}')
        await running.until(lambda: running.chat.settings.get("image_config") == {"image_size": "2K"})
        await type_command(running, "/aspect 1:1")
        await running.until(lambda: running.chat.settings.get("image_config", {}).get("aspect_ratio") == "1:1")
        await type_command(running, "/aspect off")
        await running.until(lambda: running.chat.settings.get("image_config") == {"image_size": "2K"})


async def test_who_takes_a_model_that_makes_pictures_is_told_how_to_ask_for_them(starter: Starter) -> None:
    def told(running: Running) -> bool:
        return any("makes pictures when it is asked" in one.message for one in running.app._notifications)

    async with starter.run() as running:
        session = await running.app.session()
        await running.pilot.press("ctrl+o")  # asks for the models
        await running.until(lambda: session.catalogue.listing.index.by_id)
        await running.pilot.press("escape")
        await running.until(lambda: running.screen.is_active)
        running.screen.command_choose_model("demo/markdown")
        await running.pilot.pause()
        assert not told(running)
        running.screen.command_choose_model("demo/image")
        await running.until(lambda: told(running))
        running.app.clear_notifications()
        await type_command(running, "/modalities image, text")
        await running.until(lambda: running.chat.settings.get("modalities") == ["image", "text"])
        running.screen.command_choose_model("demo/image")
        await running.pilot.pause()
        assert not told(running)
