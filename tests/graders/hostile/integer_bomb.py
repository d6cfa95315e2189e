# stdin | time limit|memory limit
print(len(str(10**10**9)))
