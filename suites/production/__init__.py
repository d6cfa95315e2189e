"""Suites from production logs: read, scrubbed, deduplicated, drawn, frozen."""
