# stdin | runtime error|time limit|memory limit
def again(depth):
    exec("import os\nagain(depth + 1)", globals(), {"depth": depth})


again(0)
