# functional | runtime error
def solve(path):
    nested = []
    for _ in range(10**6):
        nested = [nested]
    return nested
