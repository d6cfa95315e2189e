#!/usr/bin/env bash
# Runs the demo. Its verdict is a result, whichever it is: 0 pass, 1 fail, 2 inconclusive; any other status is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

report=runs/demo/report/index.html
rm -f "$report" # a crash also exits with 1: only a new report tells that there is a verdict

status=0
.venv/bin/viva run suites/demo/plan.yaml -o runs/demo || status=$?
[ "$status" -le 2 ] || exit "$status"
[ -f "$report" ] || { echo "demo: no report at $report" >&2; exit 70; }
echo "demo: the report is at $PWD/$report"
