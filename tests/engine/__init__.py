"""Turns and conversations without a screen, over real HTTP."""
