import LibWebSockets
import Logging
import PosternLogging

/// A log with a line for each request and each WebSocket, which never contains arguments.
///
/// The logger is called on a thread of its own, so that it cannot block an event loop.
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
    /// The length in bytes at which paths are truncated.
    private static let pathBytes = 256

    /// Creates a log.
    ///
    /// - Parameter logger: The logger, which is called on one thread at a time, never on an event loop.
    init(_ logger: Logger) {
        queue = LineQueue(label: "postern.access") { entry in
            logger.info("\(entry.message)", metadata: Self.metadata(of: entry))
        } reportDropped: { count in
            logger.warning("log lines dropped", metadata: ["dropped": "\(count)"])
        }
    }

    /// Logs a request after its response; `nil` if its first line is malformed.
    func answered(_ request: HTTPRequestHead?, with status: Int, after duration: Duration, to address: String) {
        var entry = Entry(message: "request", address: address, door: "http", code: status, duration: duration)
        if let request {
            (entry.method, entry.path) = (request.method.rawValue, request.pathText)
            entry.door = Door(request).name
        }
        queue.put(entry)
    }

    /// Logs a WebSocket that was opened.
    func opened(_ socket: WebSocket) {
        queue.put(Entry(message: "websocket opened", address: socket.remoteAddress))
    }

    /// Logs a WebSocket that was closed, with the close code of the client; 1006 if it sent no close frame.
    func closed(_ socket: WebSocket, after duration: Duration) {
        let code = Int(socket.remoteCloseCode)
        queue.put(Entry(message: "websocket closed", address: socket.remoteAddress, code: code, duration: duration))
    }

    private static func metadata(of entry: Entry) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["address": "\(entry.address)", "door": "\(entry.door)"]
        if let method = entry.method { metadata["method"] = "\(method)" }
        // Escaped, so that a path cannot forge lines of the log.
        if let path = entry.path { metadata["path"] = "\(LogText.escaped(path, limit: pathBytes))" }
        if let code = entry.code { metadata["code"] = "\(code)" }
        if let duration = entry.duration { metadata["durationMs"] = "\(Int(duration / .milliseconds(1)))" }
        return metadata
    }
}
