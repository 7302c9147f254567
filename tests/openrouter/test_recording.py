"""What is kept of the wire: bounded, and without secrets."""

from __future__ import annotations

from chat_tui.openrouter.recording import LONGEST_EVENT, LONGEST_RECORDING, Recording
from chat_tui.openrouter.server import Server

KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"
SERVER = Server("https://openrouter.ai/api/v1", KEY)


def test_a_recording_keeps_the_beginning_and_the_end() -> None:
    recording = Recording(clock=iter(range(10_000)).__next__)
    for number in range(1_000):
        recording.hear(f"{number:05}{'x' * (LONGEST_EVENT - 5)}")
    first, last = recording.first(), recording.last()
    assert recording.size <= LONGEST_RECORDING
    assert [heard.text[:5] for heard in (first[0], last[-1])] == ["00000", "00999"]
    assert len(first) + recording.skipped + len(last) == 1_000
    assert first[1].seconds > first[0].seconds


def test_no_secret_is_kept_that_a_server_repeats_wherever_an_event_is_cut() -> None:
    recording = Recording()
    recording.send(SERVER.base_url, {}, SERVER.without_keys)
    recording.answer(200, {"X-Repeated": KEY, "Set-Cookie": "session=1", "Date": "today"})
    user = '"user_id":"user_2abcdefghijklmnopqrstuv"'
    for before in range(LONGEST_EVENT - 60, LONGEST_EVENT + 10):
        recording.hear(f"{'x' * before}{KEY}{user}{'y' * 30_000}")
    recording.hear("z" * 50_000_000)
    assert dict(recording.answered) == {"X-Repeated": "[key]", "Date": "today"}
    for heard in recording.first():
        assert len(heard.text) <= LONGEST_EVENT
        assert not any(secret in heard.text for secret in ("0123456789", "2abcdef"))
    assert recording.first()[-1].length == 50_000_000
