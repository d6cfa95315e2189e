# stdin | wrong answer
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(0.2)
        os.write(1, b"escaped")
        while True:
            time.sleep(1)
    os._exit(0)
os._exit(0)
