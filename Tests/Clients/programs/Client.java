import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Java's HttpClient, which offers HTTP/2 first. */
public class Client {
    static final HttpClient client = HttpClient.newHttpClient();
    static String base;

    public static void main(String[] arguments) throws Exception {
        base = arguments[0];
        post("call", "/rpc", BodyPublishers.ofString(call("calculator.add", "[2,3]")));
        post("path", "/rpc/calculator/divide", BodyPublishers.ofString("{\"a\":1,\"b\":4}"));
        show("get", HttpRequest.newBuilder(URI.create(base + "/rpc/calculator/add?a=2&b=3")).build());
        post("error", "/rpc", BodyPublishers.ofString(call("calculator.divide", "[1,0]")));
        post("unknown", "/rpc/no/such", BodyPublishers.ofString("{}"));
        var empty = HttpRequest.newBuilder(URI.create(base + "/rpc/jobs/active"));
        show("empty", empty.POST(BodyPublishers.noBody()).build());
        post("notification", "/rpc", BodyPublishers.ofString(
            "{\"jsonrpc\":\"2.0\",\"method\":\"calculator.add\",\"params\":[2,3]}"));
        var value = ("[\"" + "x".repeat(100_000) + "\"]").getBytes();
        post("upload", "/rpc/echo/echo", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(value)));
        follow("stream", "/rpc/clock/ticks?interval=0.05", 3);
        follow("topic", "/events/chat/room", 1);
        if (arguments.length == 1) talk();
        System.exit(0);
    }

    static String call(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    static void show(String step, HttpRequest request) throws Exception {
        var answer = client.send(request, BodyHandlers.ofString());
        System.out.println(step + " " + answer.statusCode() + " " + answer.body());
    }

    static HttpRequest json(String path, BodyPublisher body) {
        var request = HttpRequest.newBuilder(URI.create(base + path));
        return request.header("Content-Type", "application/json").POST(body).build();
    }

    static void post(String step, String path, BodyPublisher body) throws Exception {
        show(step, json(path, body));
    }

    static void follow(String step, String path, int count) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(base + path)).header("Accept", "text/event-stream").build();
        var answer = client.send(request, BodyHandlers.ofLines());
        var lines = answer.body().iterator();
        while (count > 0 && lines.hasNext()) {
            var line = lines.next();
            if (line.equals(": open")) {
                var body = BodyPublishers.ofString("{\"author\":\"java\",\"text\":\"hello\"}");
                client.send(json("/rpc/chat/say", body), BodyHandlers.discarding());
            }
            if (line.startsWith("data: ")) {
                System.out.println(step + " " + answer.statusCode() + " " + line.substring(6));
                count -= 1;
            }
        }
    }

    static void talk() throws Exception {
        var messages = new Messages();
        var address = URI.create(base.replaceFirst("http", "ws") + "/rpc");
        var socket = client.newWebSocketBuilder().buildAsync(address, messages).join();
        socket.sendText(call("calculator.add", "[2,3]"), true).join();
        System.out.println("socket-call 101 " + messages.next());
        socket.sendText(call("calculator.divide", "[1,0]"), true).join();
        System.out.println("socket-error 101 " + messages.next());
        socket.sendText(call("echo.echo", "[\"" + "x".repeat(100_000) + "\"]"), true).join();
        System.out.println("socket-upload 101 " + messages.next());
        socket.sendText(call("rpc.subscribe", "[\"chat.room\"]"), true).join();
        messages.next();
        var said = "{\"jsonrpc\":\"2.0\",\"method\":\"chat.say\",\"params\":[\"java\",\"hello\"]}";
        socket.sendText(said, true).join();
        System.out.println("subscription 101 " + messages.next());
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }

    /** Collects complete messages in order. */
    static class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> whole = new LinkedBlockingQueue<>();
        private final StringBuilder parts = new StringBuilder();

        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean isLast) {
            parts.append(text);
            if (isLast) {
                whole.add(parts.toString());
                parts.setLength(0);
            }
            socket.request(1);
            return null;
        }

        String next() throws InterruptedException {
            return whole.poll(60, TimeUnit.SECONDS);
        }
    }
}
