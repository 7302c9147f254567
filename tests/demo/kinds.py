"""The models of the emulator by what they do."""

from chat_tui.demo.breaking import BREAKING
from chat_tui.demo.catalogue import models
from chat_tui.demo.faults import fault_of

# These break nothing but patience.
PATIENT = ("demo/keep-alive", "demo/slow-headers")

FAILING = [model_id for model_id in models() if fault_of(model_id)]
ANSWERING = [
    model_id for model_id in models() if (model_id not in FAILING and model_id not in BREAKING) or model_id in PATIENT
]
