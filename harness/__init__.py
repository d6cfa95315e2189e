"""The kernel: records, engines, statistics, gate, and the command line on top."""
