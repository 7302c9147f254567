"""Which server is asked, with which key: keys go only where they belong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

from chat_tui.config.problems import ConfigError
from chat_tui.config.server import OPENROUTER, Server, Speaks, find_server, is_origin, speaking

SECRET = "sk-or-v1-" + "5ec2e7" * 8


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    return tmp_path / "credentials.toml"


def write(file: Path, content: str, mode: int = 0o600) -> None:
    file.write_text(content)
    file.chmod(mode)


def test_without_anything_it_is_openrouter_without_a_key(credentials: Path) -> None:
    server = find_server({}, credentials)
    assert (server.base_url, server.key, server.is_openrouter) == (OPENROUTER, None, True)


def test_the_key_of_the_environment_goes_to_openrouter(credentials: Path) -> None:
    assert find_server({"OPENROUTER_API_KEY": f" {SECRET}\n"}, credentials) == Server(OPENROUTER, SECRET)


def test_the_key_of_the_environment_goes_to_the_address_that_was_given(credentials: Path) -> None:
    environment = {"OPENROUTER_API_KEY": SECRET, "OPENROUTER_BASE_URL": "https://proxy.example/v1/"}
    assert find_server(environment, credentials) == Server("https://proxy.example/v1", SECRET)
    assert find_server(environment, credentials, "https://flag.example/v1") == Server("https://flag.example/v1", SECRET)


def test_the_flag_is_above_the_environment(credentials: Path) -> None:
    environment = {"OPENROUTER_BASE_URL": "https://a.example"}
    assert find_server(environment, credentials, "https://b.example").base_url == "https://b.example"


@pytest.mark.parametrize("address", ["", "openrouter.ai", "ftp://x", "https://", "http://[::1", "https://x:99999"])
def test_what_is_no_address_is_a_sentence(credentials: Path, address: str) -> None:
    with pytest.raises(ConfigError, match=r"is no web address\. It should look like https://openrouter\.ai/api/v1"):
        find_server({}, credentials, address or " ")


@pytest.mark.parametrize("host", ["openrouter.ai", "192.168.1.5", "localhost.example", "127.0.0.1.example", "0.0.0.0"])  # noqa: S104
def test_a_key_is_never_sent_in_clear(credentials: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="would send your key in clear"):
        find_server({"OPENROUTER_API_KEY": SECRET}, credentials, f"http://{host}/v1")


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.9.9.9", "localhost", "a.localhost:1", "[::1]:8080"])
def test_plain_http_is_for_this_computer(credentials: Path, host: str) -> None:
    assert find_server({}, credentials, f"http://{host}/v1").base_url == f"http://{host}/v1"


@pytest.mark.parametrize(
    ("address", "is_openrouter"),
    [
        ("https://openrouter.ai/api/v1", True),
        ("https://OpenRouter.ai/api/v1", True),
        ("https://eu.openrouter.ai/api/v1", True),
        ("https://openrouter.ai.example/api/v1", False),
        ("https://notopenrouter.ai/api/v1", False),
        ("https://openrouter.ai@example.com/api/v1", False),
    ],
)
def test_which_hosts_are_openrouter(address: str, is_openrouter: bool) -> None:
    assert Server(address).is_openrouter is is_openrouter


def test_the_key_in_the_file_is_openrouters(credentials: Path) -> None:
    write(credentials, f'key = "{SECRET}"')
    assert find_server({}, credentials).key == SECRET
    assert find_server({}, credentials, "https://eu.openrouter.ai/api/v1").key == SECRET
    assert find_server({}, credentials, "https://example.com").key is None
    assert find_server({}, credentials, "http://127.0.0.1:1234").key is None


def test_other_servers_have_keys_by_origin(credentials: Path) -> None:
    write(credentials, f'key = "{SECRET}"\n[servers."https://example.com:8443"]\nkey = "theirs"\n')
    assert find_server({}, credentials, "https://example.com:8443/some/path").key == "theirs"
    assert find_server({}, credentials, "https://EXAMPLE.com:8443/v1").key == "theirs"
    assert find_server({}, credentials, "https://example.com/v1").key is None
    assert find_server({}, credentials, "https://example.com:8443.evil.example/v1".replace(":8443", "")).key is None


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Example.com/v1", "https://example.com"),
        ("https://user:secret@example.com:8443/v1", "https://example.com:8443"),
        ("http://[::1]:8080/v1", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_scheme_host_and_port(address: str, origin: str) -> None:
    assert Server(address).origin == origin


def test_the_environment_is_above_the_file(credentials: Path) -> None:
    write(credentials, 'key = "from-the-file"')
    assert find_server({"OPENROUTER_API_KEY": SECRET}, credentials).key == SECRET


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_key_that_others_can_read_is_not_used(credentials: Path, mode: int) -> None:
    write(credentials, f'key = "{SECRET}"', mode)
    with pytest.raises(ConfigError) as error:
        find_server({}, credentials)
    assert str(error.value) == (
        f"{credentials} holds a key that others can read, so it isn't used. Run: chmod 600 '{credentials}'"
    )


@pytest.mark.parametrize("content", [SECRET, f"key = {SECRET}", f'key = "{SECRET}', f'key = "{SECRET}"\nkey = "x"'])
def test_a_malformed_file_never_shows_the_key(credentials: Path, content: str) -> None:
    write(credentials, content)
    with pytest.raises(ConfigError, match="is not TOML") as error:
        find_server({}, credentials)
    assert SECRET not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_file_that_is_not_text_is_a_sentence(credentials: Path) -> None:
    credentials.write_bytes(b"key = \xff" + SECRET.encode())
    credentials.chmod(0o600)
    with pytest.raises(ConfigError, match="can't be read") as error:
        find_server({}, credentials)
    assert SECRET not in str(error.value)


@pytest.mark.parametrize("content", ["key = 5", 'servers = "x"', '[servers]\n"https://example.com" = "x"'])
def test_what_is_no_key_is_none(credentials: Path, content: str) -> None:
    write(credentials, content)
    assert find_server({}, credentials).key is None
    assert find_server({}, credentials, "https://example.com").key is None


@pytest.mark.parametrize(
    ("address", "speaks"),
    [
        ("http://localhost:11434/v1", "openai"),
        ("http://LOCALHOST:11434", "openai"),
        ("http://localhost:11435/v1", "openrouter"),
        ("https://old.example/api/v1", "openrouter-old"),
        ("https://openrouter.ai/api/v1", "openrouter"),
    ],
)
def test_what_a_server_speaks_is_said_by_origin(address: str, speaks: str) -> None:
    settings = {
        "servers": {"http://Localhost:11434": {"speaks": "openai"}, "https://old.example": {"speaks": "openrouter-old"}}
    }
    server = Server(address, SECRET)
    assert speaking(server, settings) == Server(address, SECRET, cast(Speaks, speaks))
    assert speaking(server, {}) == server


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "http://", "http://[::1", "ftp://x.example", "https://x.example/", "https://u:p@x.example"],
)
def test_what_is_no_origin(text: str) -> None:
    assert not is_origin(text)


@pytest.mark.parametrize("text", ["http://localhost:11434", "https://X.example", "http://[::1]:8080"])
def test_what_is_an_origin(text: str) -> None:
    assert is_origin(text)


def test_a_server_never_prints_its_key() -> None:
    assert SECRET not in repr(Server(OPENROUTER, SECRET))
