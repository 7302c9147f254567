"""The 371 models that OpenRouter listed on 1 May 2026: facts alone, as `/models` has them.

In `real_models.json` a model is a row of `fields`; its parameters are the number of a row in `parameters`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from chat_tui.engine.entries import entry_of
from chat_tui.models.search import Index
from chat_tui.openrouter.catalogue import ModelList

COUNT = 371


@cache
def real_models() -> list[dict[str, Any]]:
    """Return the models in the server's order, each as the JSON of `/models` has it."""
    facts = json.loads(Path(__file__).with_name("real_models.json").read_text("utf-8"))
    rows = [dict(zip(facts["fields"], row, strict=True)) for row in facts["models"]]
    return [_as_on_the_wire(row, facts["parameters"]) for row in rows]


@cache
def real_reply() -> str:
    """Return the body of `/models`."""
    return json.dumps({"data": real_models()})


@cache
def real_index() -> Index:
    """Return the models as values, read from the reply."""
    return Index(map(entry_of, ModelList.parse(real_reply()).data))


def _as_on_the_wire(row: dict[str, Any], parameters: list[list[str]]) -> dict[str, Any]:
    inputs, outputs = row.pop("input_modalities"), row.pop("output_modalities")
    limits = {name: row.pop(name) for name in ("max_completion_tokens", "is_moderated")}
    return {
        **row,
        "supported_parameters": parameters[row["supported_parameters"]],
        "architecture": {
            "modality": f"{'+'.join(inputs)}->{'+'.join(outputs)}",
            "input_modalities": inputs,
            "output_modalities": outputs,
            "tokenizer": row.pop("tokenizer"),
        },
        "top_provider": {"context_length": row["context_length"], **limits},
    }
