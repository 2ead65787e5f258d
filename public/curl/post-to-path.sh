#!/bin/sh
# Posts only the parameters to the path of a method; the response body is only the result.
# Prints: 3
# Usage: post-to-path.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
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

show curl -sS -H 'Content-Type: application/json' -d '{"a":1,"b":2}' "$url/rpc/calculator/add"
