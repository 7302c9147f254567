"""Settings, servers, credentials and themes from files."""
