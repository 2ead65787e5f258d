#!/bin/sh
# Calls calculator.add with parameters by position.
# Prints: {"jsonrpc":"2.0","id":1,"result":3}
# Usage: call-by-position.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
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

show curl -sS -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[1,2]}' "$url/rpc"
