"""The language that finds conversations, and what is shown of what was found."""
