"""The conversation in values and files."""
