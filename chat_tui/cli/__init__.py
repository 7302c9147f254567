"""The command line: one module a command, each of which imports the rest only when it runs."""
