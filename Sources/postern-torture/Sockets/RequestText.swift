/// The text of HTTP requests.
enum RequestText {
    /// Returns a GET request.
    static func get(_ path: String, _ fields: String..., host: String = "localhost") -> [UInt8] {
        request("GET \(path)", host, fields)
    }

    /// Returns a POST request with a body of JSON.
    static func post(_ body: String, to path: String = "/rpc", _ fields: String...) -> [UInt8] {
        let count = "Content-Length: \(body.utf8.count)"
        return request("POST \(path)", "localhost", ["Content-Type: application/json", count] + fields)
            + Array(body.utf8)
    }

    /// Returns the handshake of a WebSocket.
    static func handshake(_ fields: String..., host: String = "localhost") -> [UInt8] {
        let own = [
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ]
        return request("GET /rpc", host, own + fields)
    }

    /// Returns a JSON-RPC call.
    static func call(_ method: String, _ parameters: String = "[]", id: Int = 1) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(parameters)}"#
    }

    private static func request(_ line: String, _ host: String, _ fields: [String]) -> [UInt8] {
        Array((["\(line) HTTP/1.1", "Host: \(host)"] + fields + ["", ""]).joined(separator: "\r\n").utf8)
    }
}
