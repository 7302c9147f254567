"""What goes on without a screen: conversations, turns, the catalogue. Asynchronous, and free of Textual.

Import its modules one by one: `library` and `chat` need only the standard library and so may come before the first
paint; `session` and `turn` bring the wire with them.
"""
