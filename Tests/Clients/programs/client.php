<?php
// PHP: calls with stream wrappers, events with curl.
$base = $argv[1];

function call(string $method, array $params): string
{
    return json_encode(["jsonrpc" => "2.0", "id" => 1, "method" => $method, "params" => $params]);
}

function context(string $method, array $headers = [], ?string $body = null)
{
    $http = ["method" => $method, "header" => $headers, "ignore_errors" => true];
    return stream_context_create(["http" => $body === null ? $http : [...$http, "content" => $body]]);
}

function show(string $step, string $url, $context): void
{
    $body = file_get_contents($url, false, $context);
    echo $step, " ", explode(" ", $http_response_header[0])[1], " ", $body, "\n";
}

function post(string $step, string $url, string $body): void
{
    show($step, $url, context("POST", ["Content-Type: application/json"], $body));
}

// Uses curl, as PHP's streams buffer a chunked response until they have 8 KiB of it.
function follow(string $step, string $url, int $count): void
{
    $rest = "";
    $read = function ($events, string $part) use ($step, &$count, &$rest) {
        $lines = explode("\n", $rest . $part);
        $rest = array_pop($lines);
        foreach ($lines as $line) {
            if ($line === ": open") {
                say();
            } elseif (str_starts_with($line, "data: ") && $count > 0) {
                echo $step, " ", curl_getinfo($events, CURLINFO_RESPONSE_CODE), " ", substr($line, 6), "\n";
                $count -= 1;
            }
        }
        return $count > 0 ? strlen($part) : 0;
    };
    $events = curl_init($url);
    curl_setopt($events, CURLOPT_HTTPHEADER, ["Accept: text/event-stream"]);
    curl_setopt($events, CURLOPT_WRITEFUNCTION, $read);
    curl_exec($events);
}

function say(): void
{
    global $base;
    $said = context("POST", ["Content-Type: application/json"], '{"author":"php","text":"hello"}');
    file_get_contents("$base/rpc/chat/say", false, $said);
}

post("call", "$base/rpc", call("calculator.add", [2, 3]));
post("path", "$base/rpc/calculator/divide", '{"a":1,"b":4}');
show("get", "$base/rpc/calculator/add?a=2&b=3", context("GET"));
post("error", "$base/rpc", call("calculator.divide", [1, 0]));
post("unknown", "$base/rpc/no/such", "{}");
show("empty", "$base/rpc/jobs/active", context("POST"));
post("notification", "$base/rpc", '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}');
post("upload", "$base/rpc/echo/echo", json_encode([str_repeat("x", 100000)]));
follow("stream", "$base/rpc/clock/ticks?interval=0.05", 3);
follow("topic", "$base/events/chat/room", 1);
