"""An OpenRouter emulator on loopback: real HTTP, no key that matters, no network."""
