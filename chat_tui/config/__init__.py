"""What people set: settings, themes, credentials, and which server is asked."""
