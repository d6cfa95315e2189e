#!/usr/bin/env bash
# Installs what some tests need beside Python, where it is missing and we may: bubblewrap (the sandbox for generated
# code) and Chromium (opens the report). Never fails: tests that miss one are skipped, and say so.
set -uo pipefail

has_any() {
    local program
    for program; do command -v "$program" >/dev/null && return; done
    return 1
}

missing=()
has_any bwrap || missing+=(bubblewrap)
has_any chromium chromium-browser google-chrome || missing+=(chromium)
[ "${#missing[@]}" -gt 0 ] || exit 0

skip() {
    echo "system packages: ${missing[*]} not installed ($1); tests that need them are skipped"
    exit 0
}

has_any apt-get || skip "no apt-get here"
as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || skip "needs root: apt-get install ${missing[*]}"
    as_root=(sudo -n "${as_root[@]}")
fi

echo "system packages: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq </dev/null || skip "apt-get update failed"
"${as_root[@]}" apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 \
    "${missing[@]}" </dev/null >/dev/null ||
    skip "apt-get install failed"
