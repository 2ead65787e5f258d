import LibWebSockets
import Logging
import PosternLogging

/// Writes a line for each request and WebSocket to a logger, on a thread of its own; arguments are never in it.
final class AccessLog: Sendable {
    private struct Entry: Sendable {
        let message: String
        let address: String
        var door = "websocket"
        var method: String?
        var path: String?
        var code: Int?
        var duration: Duration?
    }

    private let queue: LineQueue<Entry>
    private static let pathBytes = 256

    /// - Parameter logger: Called on one thread at a time, never on an event loop.
    init(_ logger: Logger) {
        queue = LineQueue(label: "postern.access") { entry in
            logger.info("\(entry.message)", metadata: Self.metadata(of: entry))
        } reportDropped: { count in
            logger.warning("log lines dropped", metadata: ["dropped": "\(count)"])
        }
    }

    /// Notes a request that was answered; `nil` for one of which not even the first line was understood.
    func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String) {
        var entry = Entry(message: "request", address: address, door: "http", code: status, duration: duration)
        if let request {
            (entry.method, entry.path) = (request.method.rawValue, request.pathText)
            entry.door = Door(request).name
        }
        queue.put(entry)
    }

    /// Notes a WebSocket that was opened.
    func opened(_ socket: WebSocket) {
        queue.put(Entry(message: "websocket opened", address: socket.remoteAddress))
    }

    /// Notes a WebSocket that was closed, with the close code of its client: 1006 for none.
    func closed(_ socket: WebSocket, after duration: Duration) {
        let code = Int(socket.remoteCloseCode)
        queue.put(Entry(message: "websocket closed", address: socket.remoteAddress, code: code, duration: duration))
    }

    private static func metadata(of entry: Entry) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["address": "\(entry.address)", "door": "\(entry.door)"]
        if let method = entry.method { metadata["method"] = "\(method)" }
        if let path = entry.path { metadata["path"] = "\(LogText.escaped(path, limit: pathBytes))" }
        if let code = entry.code { metadata["code"] = "\(code)" }
        if let duration = entry.duration { metadata["durationMs"] = "\(Int(duration / .milliseconds(1)))" }
        return metadata
    }
}
