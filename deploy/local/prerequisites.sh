#!/usr/bin/env bash
# Prints a Python >= 3.11; makes sure that Java >= 17 and Maven are there, installing what is missing where
# apt-get may be used. One line says what to install where it may not.
# With the argument `browser` it makes sure of a Chromium instead, for the tests; they tell where there is none.
set -euo pipefail

suitable_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        [ -n "$candidate" ] || continue
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        command -v "$candidate"
        return 0
    done
    return 1
}

suitable_java() {
    local version
    version=$(javac -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p') || return 1
    [ "${version:-0}" -ge 17 ]
}

# $1 what is missing, the rest: Debian's packages that bring it
install() {
    local what=$1 as_root=""
    shift
    if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
    if ! command -v apt-get >/dev/null || ! $as_root true 2>/dev/null; then
        echo "kawat: $what is missing; please install it (on Debian: apt-get install $*)" >&2
        exit 1
    fi
    echo "installing $what ($*)" >&2
    $as_root apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq "$@" >&2
}

any_chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if [ "${1:-}" = browser ]; then
    any_chromium >/dev/null || (install "Chromium" chromium) || echo "kawat: the browser tests need it" >&2
    exit 0
fi

suitable_python >/dev/null || install "Python >= 3.11 with venv" python3 python3-venv
suitable_java || install "a Java development kit >= 17" openjdk-17-jdk-headless
command -v mvn >/dev/null || install "Maven" maven
suitable_python || { echo "kawat: no Python >= 3.11 with venv was found; set PYTHON=/path/to/python3.11" >&2; exit 1; }
