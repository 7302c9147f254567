"""Conversations as files that leave chat-tui."""
