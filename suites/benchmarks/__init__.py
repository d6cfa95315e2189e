"""Public benchmarks: one file each, read from the Hub or from a local copy."""
