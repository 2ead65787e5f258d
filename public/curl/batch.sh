#!/bin/sh
# Sends two calls and a notification in one batch; the notification has no answer.
# Prints: [{"jsonrpc":"2.0","id":1,"result":3},{"jsonrpc":"2.0","id":2,"result":12}]
# Usage: batch.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
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

show curl -sS -H 'Content-Type: application/json' -d '[
  {"jsonrpc":"2.0","id":1,"method":"calculator.add","params":[1,2]},
  {"jsonrpc":"2.0","method":"calculator.add","params":[0,0]},
  {"jsonrpc":"2.0","id":2,"method":"calculator.multiply","params":{"a":3,"b":4}}
]' "$url/rpc"
