# stdin | runtime error .more output
while True:
    print("escaped" * 1000)
