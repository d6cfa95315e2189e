# stdin | wrong answer
import subprocess

subprocess.Popen(["/bin/sleep", "3600"], start_new_session=True)
