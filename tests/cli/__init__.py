"""The command line as people and scripts run it: processes, their output, their exit codes."""
