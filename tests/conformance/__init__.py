"""The official SDKs talk to the emulator: it is not merely our own idea of the API."""
