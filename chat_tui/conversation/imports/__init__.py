"""Conversations from elsewhere: what other programs export, and what this one did."""
