"""What has the form of a key, a header or an account's id leaves with nothing; words like it stay."""

from __future__ import annotations

import pytest

from chat_tui.conversation.secrets import clean

USER = "user_2abcdefghij0123456789xyz"
KEY = "sk-or-v1-0123456789abcdef0123"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"The account {USER} is blocked.", "The account … is blocked."),
        (f'{{"user_id":"{USER}"}}', '{"user_id":"…"}'),
        ("user_id=org-9", "user_id=…"),
        (f"No such key: {KEY}", "No such key: …"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("x-api-key: 'whatever'", "x-api-key: '…'"),
        ("The user_name and user_interface stay.", "The user_name and user_interface stay."),
        ("The bearer of bad news, sk-ill.", "The bearer of bad news, sk-ill."),
    ],
)
def test_forms_of_secrets(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_what_is_known_to_be_secret_goes_whatever_its_form() -> None:
    assert "Heidi-likes-cheese" not in clean("It is Heidi-likes-cheese.", ["Heidi-likes-cheese"])
