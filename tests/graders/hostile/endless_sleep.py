# stdin | time limit .it waits
import time

while True:
    time.sleep(3600)
