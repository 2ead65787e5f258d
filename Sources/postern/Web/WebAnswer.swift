import FoundationEssentials
import NIOCore
import NIOHTTP1
import Postern
import PosternJSONRPC

/// The answer of an HTTP server: a JSON-RPC message, or what proxies and other servers answer.
struct WebAnswer: Sendable {
    let status: Int
    /// The words that follow the status.
    let reason: String
    let contentType: String?
    let location: String?
    let body: [UInt8]

    /// The maximum size of an answer, which is that of the largest message that a gateway can be configured for.
    static let maximumBytes = 64 << 20

    init(status: Int, reason: String, contentType: String? = nil, location: String? = nil, body: [UInt8] = []) {
        self.status = status
        self.reason = reason
        self.contentType = contentType
        self.location = location
        self.body = body
    }

    init(_ response: NIOHTTPClientResponseFull) {
        let head = response.head
        self.init(
            status: Int(head.status.code),
            reason: head.status.reasonPhrase,
            contentType: head.headers.first(name: "Content-Type"),
            location: head.headers.first(name: "Location"),
            body: response.body.map { Array($0.readableBytesView) } ?? []
        )
    }

    /// The message in the body, whatever the status; `nil` when the body is no JSON-RPC.
    var message: Value? {
        guard let value = try? Value(decoding: Payload(bytes: body, codec: JSON.self)) else { return nil }
        // Not by a conditional operator, where `nil` would be the value null.
        guard value["jsonrpc"] == "2.0" else { return nil }
        return value
    }

    /// Returns a sentence for an answer that is not the expected one.
    ///
    /// - Parameters:
    ///   - url: The URL of the request.
    ///   - expected: What was expected, as in `JSON-RPC`.
    /// - Returns: The sentence, without a full stop.
    func fault(of url: WebURL, insteadOf expected: String) -> String {
        let answered = "\(url) answered \(status) \(Printable.text(reason))"
        if (300..<400).contains(status), let location {
            return "\(answered): the server is at \(Printable.text(location))"
        }
        if case .string(let text)? = message?["error"]?["message"] { return "\(answered): \(Printable.text(text))" }
        return "\(answered)\(kind) instead of \(expected)"
    }

    /// The type of the body, as in ` with text/html`.
    private var kind: String {
        guard !body.isEmpty else { return "" }
        let type = contentType?.prefix { $0 != ";" } ?? "text"
        return " with \(Printable.text(String(type)))"
    }
}
