# stdin | wrong answer
import sys
import threading

threading.Thread(target=sys.exit, args=(0,)).start()
