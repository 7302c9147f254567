"""The domain: what a conversation is, and how it is kept in files."""
