# stdin | wrong answer|runtime error
import os

os.closerange(0, 1024)
