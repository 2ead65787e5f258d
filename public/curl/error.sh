#!/bin/sh
# Divides by zero. The error is one of the application, with a code outside the range that JSON-RPC reserves.
# Prints: status 200
# Prints: "code":1001
# Usage: error.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
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

show curl -sS -w '\nstatus %{http_code}' \
    -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"calculator.divide","params":{"a":1,"b":0}}' "$url/rpc"
