"""`chat-tui models`: filters, orders, exact prices, and the list from before when there is no other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.home import Home
from tests.models.listing_server import ListingServer, listing_server
from tests.models.real import COUNT, real_models


@pytest.fixture
def real_server() -> Iterator[ListingServer]:
    """A server with the real models, and no other word."""
    with listing_server() as running:
        yield running


@pytest.fixture
def real_home(tmp_path: Path, real_server: ListingServer) -> Home:
    return Home(tmp_path / "real-home", real_server.base_url)


def expected() -> list[str]:
    """The ids for the filter and the order below, from the server's JSON alone."""
    cheap = [
        model
        for model in real_models()
        if "image" in model["architecture"]["input_modalities"]
        and model["context_length"] > 200_000
        and 0 <= Decimal(model["pricing"]["completion"]) < Decimal("0.000005")
    ]
    return [model["id"] for model in sorted(cheap, key=lambda model: Decimal(model["pricing"]["prompt"]), reverse=True)]


def test_a_filter_and_an_order_as_lines_and_as_json(real_home: Home) -> None:
    wanted = ["--filter", "ctx>200k out<5 in:image", "--sort=-in"]
    lines = real_home.run("models", *wanted).out.splitlines()
    assert [line.split()[0] for line in lines] == expected()
    whole = real_home.run("models", *wanted, "--json").json()
    assert (whole["schema"], [model["id"] for model in whole["models"]]) == (1, expected())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", whole["fetched"])


def test_every_price_is_printed_exactly(real_home: Home) -> None:
    """In lines as USD per million tokens, in JSON as a number for one."""
    by_id = {model["id"]: model for model in real_models()}
    lines = real_home.run("models").out.splitlines()
    assert len(lines) == COUNT
    for line in lines:
        model, *_, prompt, completion = line.split()
        for told, name in ((prompt, "prompt"), (completion, "completion")):
            price = Decimal(by_id[model]["pricing"][name])
            assert told == "varies" if price < 0 else Decimal(told.lstrip("$")) == price * 1_000_000
    whole = json.loads(real_home.run("models", "--json").out, parse_float=Decimal)
    for told in whole["models"]:
        prices = {name: Decimal(price) for name, price in by_id[told["id"]]["pricing"].items()}
        assert told["price_varies"] is (prices["prompt"] < 0)
        assert told["prices"] == {name: price for name, price in prices.items() if price >= 0}
        assert told["prompt_price"] == told["prices"].get("prompt")


def test_what_is_not_understood_is_said_and_nothing_is_printed(real_home: Home, real_server: ListingServer) -> None:
    done = real_home.run("models", "--filter", "autor:google ctx>", "--sort", "prise")
    assert (done.code, done.out) == (2, "")
    assert [line.split("“")[1].split("”")[0] for line in done.err.splitlines()] == ["autor:", "ctx>", "sort:"]
    assert real_server.asked == []


def test_without_a_network_the_list_from_before_serves_and_says_its_age(
    real_home: Home, real_server: ListingServer
) -> None:
    first = real_home.run("models")
    assert (first.code, first.err) == (0, "")
    assert real_home.run("models").out == first.out
    assert real_server.models_asked() == 1
    assert real_home.run("models", "--refresh").code == 0
    assert real_server.models_asked() == 2
    (file,) = (real_home.root / "cache").rglob("models.json")
    text = file.read_text("utf-8")
    file.write_text(re.sub(r'"fetched": "(\d+)', '"fetched": "2020', text, count=1), "utf-8")
    real_server.status = 503
    offline = real_home.run("models")
    assert (offline.code, offline.out) == (0, first.out)
    assert re.search(r"These models are as of [\d,]+ days ago\.$", offline.sentence)
    refused = real_home.run("models", "--refresh")
    assert (refused.code, refused.out) == (1, "")
    assert refused.sentence


def test_what_only_the_server_knows_is_asked_of_it(real_home: Home, real_server: ListingServer) -> None:
    untold = real_home.run("models", "--filter", "zdr")
    assert (untold.code, untold.out) == (1, "")
    assert "can't tell which models are served without keeping any data" in untold.sentence
    real_server.only["zdr=true"] = ["openai/gpt-5.5"]
    assert real_home.run("models", "--filter", "zdr").out.split()[0] == "openai/gpt-5.5"


def test_favourites_are_a_filter(real_home: Home, real_server: ListingServer) -> None:
    origin = real_server.base_url.removesuffix("/api/v1")
    file = real_home.root / "state" / "models.toml"
    file.parent.mkdir()
    file.write_text(f'[servers."{origin}"]\nfavourites = ["gone/away", "x-ai/grok-4.3"]\n')
    listed = real_home.run("models", "--filter", "fav")
    assert [line.split()[0] for line in listed.out.splitlines()] == ["x-ai/grok-4.3"]
    file.write_text("favourites = [")
    broken = real_home.run("models", "--filter", "fav")
    assert (broken.code, broken.out) == (0, "")
    assert str(file) in broken.sentence
