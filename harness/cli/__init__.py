"""The command line: the only part that prints and exits, and the only one that knows all packages."""
