"""The virtual conversation view."""
