# stdin | wrong answer
import os

print(os.environ.get("VIVA_HOSTILE_SECRET", ""))
