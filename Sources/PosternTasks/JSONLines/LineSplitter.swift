import Postern

/// Cuts bytes into lines, which end with a line feed.
///
/// A line is passed on without its line feed; a carriage return before that is part of it, as JSON ignores it. Blank
/// lines are skipped.
struct LineSplitter {
    /// A line is longer than the limit.
    struct LineTooLong: Error {}

    private static let lineFeed = UInt8(ascii: "\n")

    private let limit: Int
    /// The beginning of a line.
    private var rest: [UInt8] = []

    /// Begins before the first line, each of at most so many bytes.
    init(limit: Int) { self.limit = limit }

    /// Takes what arrived.
    ///
    /// - Parameters:
    ///   - bytes: What arrived.
    ///   - body: Called with each line that ends in it.
    /// - Throws: When a line is longer than the limit, at the latest with the piece of it that exceeds that.
    mutating func take(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) throws(LineTooLong) {
        var start = 0
        for index in bytes.indices where bytes[index] == Self.lineFeed {
            try finish(with: bytes.extracting(start..<index), body)
            start = index + 1
        }
        guard rest.count + bytes.count - start <= limit else { throw LineTooLong() }
        rest.append(copying: bytes.extracting(start..<bytes.count))
    }

    /// Takes the end of the input, which ends a line as well.
    mutating func end(_ body: (Span<UInt8>) -> Void) { try? finish(with: Span(), body) }

    private mutating func finish(with end: Span<UInt8>, _ body: (Span<UInt8>) -> Void) throws(LineTooLong) {
        guard rest.count + end.count <= limit else { throw LineTooLong() }
        guard !rest.isEmpty else { return Self.pass(end, body) }
        rest.append(copying: end)
        let line = exchange(&rest, with: [])
        Self.pass(line.span, body)
    }

    private static func pass(_ line: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
        for index in line.indices where line[index] > UInt8(ascii: " ") { return body(line) }
    }
}
