"""Responses that exist already: logs and rows of other programs, as if they had been asked for."""
