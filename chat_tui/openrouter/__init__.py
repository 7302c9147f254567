"""OpenRouter's API over HTTP: client, stream, types and errors; nothing of the application."""
