"""A keyboard-driven terminal chat for OpenRouter."""

__version__ = "0.1.0"
