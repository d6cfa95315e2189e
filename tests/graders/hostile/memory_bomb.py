# stdin | memory limit|time limit
held = []
while True:
    held.append(bytearray(30_000_000))
