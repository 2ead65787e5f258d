import Postern

/// Splits a byte stream into lines that end with a line feed.
///
/// A line is delivered without its line feed. A carriage return in front of that remains in the line, as JSON ignores
/// it. Blank lines are skipped.
struct LineSplitter {
    /// The error for a line that is longer than the limit.
    struct LineTooLong: Error {}

    private static let lineFeed = UInt8(ascii: "\n")

    private let limit: Int
    /// The beginning of a line whose end has not arrived yet.
    private var rest: [UInt8] = []

    /// Creates a splitter for lines of at most `limit` bytes.
    init(limit: Int) { self.limit = limit }

    /// Processes bytes that have arrived.
    ///
    /// - Parameters:
    ///   - bytes: The bytes.
    ///   - body: Called with each line that ends in them.
    /// - Throws: `LineTooLong` as soon as the bytes of a line exceed the limit, also before the line ends.
    mutating func take(_ bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) throws(LineTooLong) {
        // A line within one read is delivered from the buffer of the read, without a copy.
        var start = 0
        for index in bytes.indices where bytes[index] == Self.lineFeed {
            try finish(with: bytes.extracting(start..<index), body)
            start = index + 1
        }
        guard rest.count + bytes.count - start <= limit else { throw LineTooLong() }
        rest.append(copying: bytes.extracting(start..<bytes.count))
    }

    /// Processes the end of the input, which ends the last line.
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
