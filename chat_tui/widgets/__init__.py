"""The parts of the screen that are no transcript; one widget a module."""
