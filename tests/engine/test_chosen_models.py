"""Favourites and models used lately: in their order, per server, never lost to another process or a broken file."""

from __future__ import annotations

import asyncio
import tomllib
from functools import partial
from pathlib import Path

import pytest

from chat_tui.config.server import Server
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.chosen_models import ChosenModels
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.session import Session
from chat_tui.models.chosen import MOST_RECENT, Chosen
from chat_tui.paths import Paths
from tests.engine.conftest import ask, begin, library_at, until

ORIGIN = "https://openrouter.ai"


def models_at(root: Path, origin: str = ORIGIN) -> ChosenModels:
    return ChosenModels(root / "state" / "models.toml", origin)


async def favour(models: ChosenModels, *ids: str, wanted: bool = True) -> None:
    for model in ids:
        await models.change(partial(Chosen.with_favourite, model=model, wanted=wanted))


def is_last_used(models: ChosenModels, model: str) -> bool:
    return models.chosen.recents[:1] == (model,)


async def test_favourites_keep_their_order_and_can_be_moved(tmp_path: Path) -> None:
    models = models_at(tmp_path)
    await favour(models, "a/1", "a/2", "a/3", "a/2")
    assert models.chosen.favourites == ("a/1", "a/2", "a/3")
    await models.change(lambda chosen: chosen.moved("a/3", -1))
    assert models_at(tmp_path).read().favourites == ("a/1", "a/3", "a/2")
    await models.change(lambda chosen: chosen.moved("a/1", 5))
    await models.change(lambda chosen: chosen.moved("not/there", 1))
    await favour(models, "a/3", wanted=False)
    assert models_at(tmp_path).read().favourites == ("a/2", "a/1")


def test_the_last_used_come_first_and_only_so_many_are_kept() -> None:
    chosen = Chosen()
    for number in range(MOST_RECENT + 5):
        chosen = chosen.used(f"a/{number}")
    chosen = chosen.used("a/20")
    assert chosen.recents[:3] == ("a/20", "a/24", "a/23")
    assert len(chosen.recents) == MOST_RECENT == len(set(chosen.recents))


async def test_servers_have_their_own_and_foreign_keys_stay(tmp_path: Path) -> None:
    here, there = models_at(tmp_path), models_at(tmp_path, "http://127.0.0.1:1234")
    await favour(here, "a/1")
    file = tmp_path / "state" / "models.toml"
    file.write_text(f'{file.read_text()}\n[servers."{ORIGIN}".later]\nnew = 1\n', "utf-8")
    await favour(there, "llama3:8b")
    await favour(here, "a/2")
    assert (here.read().favourites, there.read().favourites) == (("a/1", "a/2"), ("llama3:8b",))
    assert tomllib.loads(file.read_text())["servers"][ORIGIN]["later"] == {"new": 1}


async def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each has its own view of the file, as processes have."""
    many = [models_at(tmp_path) for _ in range(12)]
    await asyncio.gather(*(favour(models, f"a/{number}") for number, models in enumerate(many)))
    assert set(models_at(tmp_path).read().favourites) == {f"a/{number}" for number in range(12)}


@pytest.mark.parametrize(
    "content",
    [
        b"favourites = [",
        b"\xff\xfe",
        b'servers = "none"',
        f'[servers]\n"{ORIGIN}" = 5'.encode(),
        f'[servers."{ORIGIN}"]\nfavourites = "a/b"'.encode(),
        f'[servers."{ORIGIN}"]\nrecents = [1]'.encode(),
        b"x = " + b"[" * 5000,
    ],
)
async def test_a_broken_file_is_said_and_put_aside(tmp_path: Path, content: bytes) -> None:
    models = models_at(tmp_path)
    file = tmp_path / "state" / "models.toml"
    for count in (1, 2):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
        assert models.read() == Chosen() or count == 2
        assert str(file) in models.problem
        assert models.problem.endswith(".")
        assert file.read_bytes() == content, "reading changes nothing"
        await favour(models, "a/1")
        assert (models.problem, models_at(tmp_path).read().favourites) == ("", ("a/1",))
        aside = sorted(file.parent.glob("models.toml.damaged*"))
        assert [path.read_bytes() for path in aside] == [content] * count


async def test_what_a_newer_version_wrote_is_read_and_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "state" / "models.toml"
    file.parent.mkdir()
    file.write_text(f'v = 2\n[servers."{ORIGIN}"]\nfavourites = ["a/1"]\n')
    before = file.read_bytes()
    models = models_at(tmp_path)
    assert models.read().favourites == ("a/1",)
    with pytest.raises(RefusedError, match="newer chat-tui"):
        await favour(models, "a/2")
    assert file.read_bytes() == before


async def test_a_disk_that_refuses_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    models = models_at(tmp_path)
    models.read()
    with pytest.raises(RefusedError, match="can't be written"):
        await favour(models, "a/1")


async def test_what_is_asked_counts_as_used(tmp_path: Path, emulator: DemoServer) -> None:
    paths, library = Paths.under(tmp_path), library_at(tmp_path)
    session = Session(Server(emulator.base_url, DEMO_KEY), paths=paths)
    for model in ("demo/echo", "demo/fast", "demo/echo", "demo/echo"):
        await ask(session, begin(library, model), "Hi")
        await until(partial(is_last_used, session.chosen_models, model), "the note")
    await session.close()
    origin = Server(emulator.base_url).origin
    assert ChosenModels(paths.state / "models.toml", origin).read().recents == ("demo/echo", "demo/fast")
