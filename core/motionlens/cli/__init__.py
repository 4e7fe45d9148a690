"""The command line: ``motionlens`` and its subcommands."""
