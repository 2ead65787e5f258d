/// Splits the output of a process into lines for the log, and truncates those that are too long.
///
/// `LineSplitter`, for messages, rejects long lines instead.
struct LogLineSplitter {
    /// A line of output, without its line feed.
    struct Line: Hashable, Sendable {
        var text: String
        /// Whether the line was truncated.
        var isCut: Bool
    }

    /// The maximum number of bytes of a line: 64 KiB.
    static let limit = 64 << 10

    /// The beginning of a line whose end has not been read yet.
    private var begun: [UInt8] = []
    private var isCut = false

    /// Appends bytes that were read, and returns the lines that they complete.
    mutating func append(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            lines.append(take())
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// Returns the output after the last line feed, or `nil` when there is none.
    mutating func finish() -> Line? { begun.isEmpty && !isCut ? nil : take() }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let room = Self.limit - begun.count
        if bytes.count > room { isCut = true }
        begun += bytes.prefix(room)
    }

    private mutating func take() -> Line {
        if begun.last == UInt8(ascii: "\r"), !isCut { begun.removeLast() }
        defer {
            begun.removeAll(keepingCapacity: true)
            isCut = false
        }
        return Line(text: String(decoding: begun, as: UTF8.self), isCut: isCut)
    }
}
