"""The demo: an invented support desk, and tiny real models that answer it."""
