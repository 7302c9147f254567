"""The transcript: renderers alone, and the widget in a tiny application."""
