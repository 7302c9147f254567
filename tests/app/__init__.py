"""The application under `run_test`, against the emulator over real HTTP."""
