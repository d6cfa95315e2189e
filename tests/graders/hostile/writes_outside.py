# stdin | wrong answer
import contextlib
import os

path, port, pid = input().split("|")
folders = ("/", "/usr", "/usr/bin", "/dev", "/dev/shm", "/var/tmp", "/sandbox", "/python/lib", os.path.dirname(path))
for folder in folders:
    with contextlib.suppress(OSError), open(folder + "/viva-hostile-mark", "w") as file:
        file.write("escaped")
        print("escaped")
