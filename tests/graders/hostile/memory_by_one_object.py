# stdin | memory limit
text = "x" * 10**10
