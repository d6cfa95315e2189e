# stdin | time limit
while True:
    pass
