# stdin | runtime error|time limit|wrong answer
import os

os._exit = lambda status: None
