# stdin | time limit
import sys

while True:
    sys.stderr.write("x" * 1_000_000)
