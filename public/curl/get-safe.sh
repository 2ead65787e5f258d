#!/bin/sh
# Calls a method that is registered as safe with a plain GET.
# Prints: 3
# Usage: get-safe.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
set -eu
url=${1:-${POSTERN_URL:-http://127.0.0.1:8080}}
url=${url%/}

show() {
    printf '$'
    for word in "$@"; do
        case $word in
            *[!A-Za-z0-9_:/.-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    "$@"
    printf '\n'
}

show curl -sS "$url/rpc/calculator/add?a=1&b=2"
