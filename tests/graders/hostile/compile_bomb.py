# stdin | runtime error|memory limit
exec("(" * 10**6)
