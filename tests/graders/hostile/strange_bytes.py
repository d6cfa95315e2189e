# stdin | wrong answer
import os

os.write(1, bytes(range(256)) * 100)
os.write(1, "\u202e\u0000".encode())
