# stdin | runtime error .RecursionError
def down():
    return down() + 1


down()
