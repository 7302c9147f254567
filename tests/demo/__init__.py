"""The emulator, over real HTTP: one test for each promise."""
