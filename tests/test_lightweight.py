"""`viva --help` answers at once: the command line loads no library that takes seconds to import."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    *("datasets", "httpx", "httpx2", "inspect_ai", "lm_eval", "openai", "pandas", "ray", "sklearn"),
    *("presidio_analyzer", "spacy", "torch", "transformers", "vllm"),
)
LOADED = f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
HELP = """
sys.argv = ["viva", "--help"]
try:
    main()
except SystemExit as end:
    assert end.code in (0, None), end.code
"""


@pytest.mark.parametrize("then", ["", HELP], ids=["import", "--help"])
def test_the_command_line_loads_nothing_heavy(then: str) -> None:
    program = f"import json, sys\nfrom harness.cli.main import main\n{then}\n{LOADED}"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == []
