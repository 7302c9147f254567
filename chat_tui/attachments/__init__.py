"""Attachments: what a file is, what is known of it, and what is sent of it; no network and no screen."""
