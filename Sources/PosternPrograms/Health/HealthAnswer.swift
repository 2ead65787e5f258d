import PosternLogging

/// What a gateway answered when it was asked whether it is ready.
enum HealthAnswer: Hashable, Sendable {
    /// It takes calls.
    case ready
    /// It answered that it takes none, or with a status that no ready gateway answers with.
    case notReady(status: Int, reason: String)
    /// It sent something else than HTTP.
    case notHTTP
    /// The connection ended, or the time was over, before an answer came.
    case missing

    /// The most bytes of an answer that are read, and of the reason that is shown.
    static let maximumBytes = 8_192
    private static let reasonBytes = 200

    /// Reads the bytes of an answer, head and body.
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

    /// The sentence for the operator, and the exit code.
    func report(_ target: HealthTarget) -> (line: String, code: Int32) {
        switch self {
        case .ready: ("ready: \(target) answered 200", 0)
        case .notReady(let status, ""): ("not ready: \(target) answered \(status)", 1)
        case .notReady(let status, let reason): ("not ready: \(reason) (\(target) answered \(status))", 1)
        case .notHTTP: ("not ready: what listens at \(target) does not speak HTTP", 1)
        case .missing: ("no connection: \(target) did not answer", 69)
        }
    }

    /// The status of `HTTP/1.1 503 Service Unavailable`.
    private static func status(_ text: String) -> Int? {
        guard text.hasPrefix("HTTP/1.") else { return nil }
        let words = text.prefix { !$0.isNewline }.split(separator: " ", maxSplits: 2)
        guard words.count > 1, words[1].utf8.count == 3 else { return nil }
        return Int(words[1])
    }

    /// The first line behind the head, safe for a terminal.
    private static func body(_ text: String) -> String {
        guard let end = text.firstRange(of: "\r\n\r\n") else { return "" }
        let line = text[end.upperBound...].prefix { !$0.isNewline }
        return LogText.escaped(String(line), limit: reasonBytes, keepsBackslashes: true)
    }
}
