"""Speed and memory, measured by a command."""
