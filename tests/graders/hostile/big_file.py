# stdin | wrong answer
import contextlib

for number in range(100):
    with contextlib.suppress(OSError), open(f"/tmp/{number}", "wb") as file:
        for _ in range(100):
            file.write(bytes(1_000_000))
