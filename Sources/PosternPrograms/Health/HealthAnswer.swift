import PosternLogging

/// The answer of a gateway to a readiness request.
enum HealthAnswer: Hashable, Sendable {
    /// The gateway accepts calls.
    case ready
    /// The gateway accepts no calls, or answered with another status than 200.
    case notReady(status: Int, reason: String)
    /// The answer is not HTTP.
    case notHTTP
    /// The connection was closed or the time ran out before an answer arrived.
    case missing

    /// The maximum size of an answer, in bytes.
    static let maximumBytes = 8_192
    /// The maximum size of the reason that is printed, in bytes.
    private static let reasonBytes = 200

    /// Parses the bytes of an answer, head and body.
    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard !bytes.isEmpty else {
            self = .missing
            return
        }
        guard let status = Self.status(text) else {
            self = .notHTTP
            return
        }
        self = status == 200 ? .ready : .notReady(status: status, reason: Self.body(text))
    }

    /// Returns the line for the operator, and the exit code.
    func report(_ target: HealthTarget) -> (line: String, code: Int32) {
        switch self {
        case .ready: ("ready: \(target) answered 200", 0)
        case .notReady(let status, ""): ("not ready: \(target) answered \(status)", 1)
        case .notReady(let status, let reason): ("not ready: \(reason) (\(target) answered \(status))", 1)
        case .notHTTP: ("not ready: what listens at \(target) does not speak HTTP", 1)
        case .missing: ("no connection: \(target) did not answer", 69)
        }
    }

    /// Returns the status of a status line such as `HTTP/1.1 503 Service Unavailable`.
    private static func status(_ text: String) -> Int? {
        guard text.hasPrefix("HTTP/1.") else { return nil }
        let words = text.prefix { !$0.isNewline }.split(separator: " ", maxSplits: 2)
        // The reason phrase may be missing.
        guard words.count > 1, words[1].utf8.count == 3 else { return nil }
        return Int(words[1])
    }

    /// Returns the first line of the body, with escapes for characters that a terminal would interpret.
    private static func body(_ text: String) -> String {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return "" }
        let line = text[end.upperBound...].prefix { !$0.isNewline }
        return LogText.escaped(String(line), limit: reasonBytes, keepsBackslashes: true)
    }
}
