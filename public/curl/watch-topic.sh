#!/bin/sh
# Reads the chat room as server-sent events, posts two lines to it, and ends after the second event or five seconds.
# Prints: "text":"first line"
# Prints: "text":"second line"
# Usage: watch-topic.sh [base URL], or POSTERN_URL; default http://127.0.0.1:8080
set -eu
url=${1:-${POSTERN_URL:-http://127.0.0.1:8080}}
url=${url%/}
received=0

say() {
    curl -sS -o /dev/null -H 'Content-Type: application/json' -d "{\"author\":\"curl\",\"text\":\"$1\"}" "$url/rpc/chat/say"
}

# Posts the lines once the stream is open: curl prints its headers first, and an empty line ends them.
until_second_event() {
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
            "$(printf '\r')") say 'first line'; say 'second line' ;;
            data:*) received=$((received + 1)) ;;
        esac
        [ "$received" -lt 2 ] || break
    done
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/events"

printf '$ %s\n' "curl -sS -N -D - --max-time 5 $url/events/chat.room"
curl -sS -N -D - --max-time 5 "$url/events/chat.room" >"$folder/events" &
watcher=$!
until_second_event <"$folder/events"
kill "$watcher" 2>/dev/null || true
[ "$received" -eq 2 ]
