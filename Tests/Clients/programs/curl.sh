#!/usr/bin/env bash
# curl. The options after the address select the version: --http1.0, --http1.1, --http2.
set -euo pipefail
base=$1
shift
options=(-sS "$@")

# Sends a request, and prints the step, the status and the body.
ask() {
    local step=$1 answer
    shift
    answer=$(curl "${options[@]}" -w '\n%{http_code}' "$@")
    echo "$step ${answer##*$'\n'} ${answer%$'\n'*}"
}

call() {
    echo '{"jsonrpc":"2.0","id":1,"method":"'"$1"'","params":'"$2"'}'
}

# Prints the given number of events of a stream; posts a message to the chat room once the stream is open.
follow() {
    local step=$1 count=$2 line
    exec {events}< <(exec curl "${options[@]}" -N -H 'Accept: text/event-stream' "$base/$3")
    local reader=$!
    while ((count > 0)) && read -r -t 60 line <&"$events"; do
        case $line in
        ": open"*) ask said "$base/rpc/chat/say" --json '{"author":"curl","text":"hello"}' >/dev/null ;;
        "data: "*) echo "$step 200 ${line#data: }" && count=$((count - 1)) ;;
        esac
    done
    kill "$reader" 2>/dev/null || true
    exec {events}<&-
}

ask call "$base/rpc" --json "$(call calculator.add '[2,3]')"
ask path "$base/rpc/calculator/divide" --json '{"a":1,"b":4}'
ask get "$base/rpc/calculator/add?a=2&b=3"
ask error "$base/rpc" --json "$(call calculator.divide '[1,0]')"
ask unknown "$base/rpc/no/such" --json '{}'
ask empty -X POST "$base/rpc/jobs/active"
ask notification "$base/rpc" --json '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}'

# HTTP/1.0 has no chunked coding, so the length is sent.
chunks=()
[[ " $* " == *" --http1.0 "* ]] || chunks=(-H 'Transfer-Encoding: chunked')
value=$(printf '%100000s' | tr ' ' x)
ask upload "${chunks[@]}" "$base/rpc/echo/echo" --json @- <<<"[\"$value\"]"

follow stream 3 'rpc/clock/ticks?interval=0.05'
follow topic 1 events/chat/room
