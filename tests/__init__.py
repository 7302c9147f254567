"""Tests, in folders that mirror chat_tui."""
