import NIOCore

/// An answer of an HTTP server, with a body whose length is announced.
struct HTTPAnswer: Hashable, Sendable {
    let status: Int
    let head: String
    let body: String

    /// Removes an answer from the front of the input; returns `nil` while it is incomplete.
    static func parse(_ input: inout ByteBuffer) -> HTTPAnswer? {
        let bytes = input.readableBytesView
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let status = head.dropFirst("HTTP/1.1 ".count).prefix(3)
        let length = Self.length(in: head)
        guard bytes.distance(from: end.upperBound, to: bytes.endIndex) >= length else { return nil }
        input.moveReaderIndex(to: end.upperBound)
        let body = input.readString(length: length) ?? ""
        return HTTPAnswer(status: Int(status) ?? 0, head: head, body: body)
    }

    private static func length(in head: String) -> Int {
        let name = "content-length:"
        let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count).filter { !$0.isWhitespace }) } ?? 0
    }
}
