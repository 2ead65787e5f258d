/// Cuts output into lines.
struct LogLineSplitter {
    /// One line of output, without its end.
    struct Line: Hashable, Sendable {
        var text: String
        /// Whether the line was longer, and its rest is missing.
        var isCut: Bool
    }

    /// The bytes of a line that are kept: 64 KiB.
    static let limit = 64 << 10

    private var begun: [UInt8] = []
    private var isCut = false

    /// Takes what was read, and returns the lines that are complete.
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

    /// What was written behind the last end of a line; `nil` for nothing.
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
