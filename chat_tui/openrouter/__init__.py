"""OpenRouter's API over HTTP: client, stream, types and errors; nothing of the application."""

import sys

# httpx's own command line would be imported with it, which takes a quarter of the time.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
