# stdin | time limit
import re

re.fullmatch("(a+)+b", "a" * 60)
