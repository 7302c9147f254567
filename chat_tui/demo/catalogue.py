"""The models that the emulator offers, with their prices.

The facts are in `models.toml` (real models) and `demo_models.toml` (models that exist only here), beside this module.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_DEFAULT_PARAMETERS = (
    "temperature",
    "top_p",
    "top_k",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
)

AUTO_ROUTER = "openrouter/auto"
_ROUTED_TO = ("anthropic/claude-sonnet-4.6", "openai/gpt-5.4-mini", "deepseek/deepseek-v3.2")


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what `/models` says about it, and who serves it here.

    Args:
        entry: The JSON object of `/models` (OpenAPI Model).
        provider: The provider's display name, as responses report it.
    """

    entry: dict[str, Any]
    provider: str

    @property
    def id(self) -> str:
        """The id that requests name."""
        return str(self.entry["id"])

    @property
    def name(self) -> str:
        """The name for people."""
        return str(self.entry["name"])

    @property
    def served_slug(self) -> str:
        """The id that responses report: dated where the model has dates, with the request's variant."""
        _, colon, variant = self.id.partition(":")
        return f"{self.entry['canonical_slug']}{colon}{variant}"

    @property
    def is_router(self) -> bool:
        """Whether it only chooses other models."""
        return bool(self.entry["architecture"]["tokenizer"] == "Router")

    @property
    def inputs(self) -> list[str]:
        """The kinds that it takes."""
        return list(self.entry["architecture"]["input_modalities"])

    @property
    def outputs(self) -> list[str]:
        """The kinds that it gives."""
        return list(self.entry["architecture"]["output_modalities"])


@cache
def models() -> dict[str, Model]:
    """Read the catalogue: every model by its id, in the order of the list."""
    listed: dict[str, Model] = {}
    for file_name in ("models.toml", "demo_models.toml"):
        document = tomllib.loads(resources.files(__package__).joinpath(file_name).read_text(encoding="utf-8"))
        common = document.get("common", {})
        for place, own in enumerate(document["models"]):
            aged = {"created": common["created"] - place} if common else {}
            facts = {"canonical_slug": own["id"], **common, **aged, **own}
            listed[facts["id"]] = Model(_entry(facts), facts["provider"])
    return listed


def routed(prompt_digest: int) -> Model:
    """Choose as the routers do: by the prompt alone, of which `prompt_digest` is any number."""
    return models()[_ROUTED_TO[prompt_digest % len(_ROUTED_TO)]]


def _entry(facts: dict[str, Any]) -> dict[str, Any]:
    inputs, outputs = facts["input_modalities"], facts["output_modalities"]
    is_router = facts["tokenizer"] == "Router"
    set_by_model = facts.get("default_parameters", {})
    entry = {
        "id": facts["id"],
        "canonical_slug": facts["canonical_slug"],
        "hugging_face_id": facts.get("hugging_face_id", ""),
        "name": facts["name"],
        "created": facts["created"],
        "description": facts["description"],
        "context_length": facts["context_length"],
        "architecture": {
            "modality": f"{'+'.join(inputs)}->{'+'.join(outputs)}",
            "input_modalities": inputs,
            "output_modalities": outputs,
            "tokenizer": facts["tokenizer"],
            "instruct_type": None,
        },
        "pricing": facts["pricing"],
        "top_provider": {
            "context_length": None if is_router else facts["context_length"],
            "max_completion_tokens": facts.get("max_completion_tokens"),
            "is_moderated": facts.get("is_moderated", False),
        },
        "per_request_limits": None,
        "supported_parameters": facts["supported_parameters"],
        "default_parameters": {name: set_by_model.get(name) for name in _DEFAULT_PARAMETERS},
        "supported_voices": None,
        "knowledge_cutoff": facts.get("knowledge_cutoff"),
        "expiration_date": None,
        "links": {"details": f"/api/v1/models/{facts['canonical_slug']}/endpoints"},
    }
    if "reasoning" in facts:
        entry["reasoning"] = facts["reasoning"]
    return entry
