"""For all tests: Ctrl-C means what it means in a terminal, also where the tests were started in the background."""

import signal

# A shell starts background jobs with SIGINT ignored, and programs that they start would ignore it, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
