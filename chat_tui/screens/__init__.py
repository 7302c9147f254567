"""The screens: views over the engine that can be thrown away at any moment; one screen a module."""
