# stdin | wrong answer
import os

for _ in range(1500):
    os.mkdir("folder")
    os.chdir("folder")
os.chmod(".", 0)
