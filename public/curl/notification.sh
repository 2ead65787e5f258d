#!/bin/sh
# Sends a notification. The response has no body.
# Prints: status 202, 0 bytes
# Usage: notification.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
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

show curl -sS -w 'status %{http_code}, %{size_download} bytes' \
    -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","method":"chat.say","params":{"author":"curl","text":"hello"}}' "$url/rpc"
