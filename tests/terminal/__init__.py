"""The application in a real terminal: bytes out, keys in, and what a person would see."""
