"""Who serves models here: what `/providers` says, and how each bills. The facts are in `providers.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    Args:
        entry: The JSON object of `/providers`.
        bills_in_full: Whether it bills the whole reply when the client leaves before its end.
        retains_data: Whether it keeps prompts.
        zdr: Whether it promises to keep nothing at all.
        own_key: Whether the demo account has a key of its own there.
    """

    entry: dict[str, Any]
    bills_in_full: bool = False
    retains_data: bool = False
    zdr: bool = False
    own_key: bool = False

    @property
    def name(self) -> str:
        """The name that responses report."""
        return str(self.entry["name"])

    @property
    def slug(self) -> str:
        """The name that requests use."""
        return str(self.entry["slug"])


@cache
def providers() -> dict[str, Provider]:
    """Read the providers: by name, in the order of the file."""
    text = resources.files(__package__).joinpath("providers.toml").read_text(encoding="utf-8")
    return {facts["name"]: _provider(facts) for facts in tomllib.loads(text)["providers"]}


def _provider(facts: dict[str, Any]) -> Provider:
    entry = {
        "name": facts["name"],
        "slug": facts["slug"],
        "privacy_policy_url": facts.get("privacy_policy_url"),
        "terms_of_service_url": facts.get("terms_of_service_url"),
        "status_page_url": facts.get("status_page_url"),
        "headquarters": facts.get("headquarters"),
        "datacenters": facts.get("datacenters"),
    }
    names = ("bills_in_full", "retains_data", "zdr", "own_key")
    return Provider(entry, **{name: facts.get(name, False) for name in names})
