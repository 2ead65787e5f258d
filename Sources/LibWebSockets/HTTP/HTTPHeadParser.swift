/// A strict parser for the heads of HTTP/1 requests (RFC 9112).
///
/// Every request and every handshake passes it before it reaches a handler or libwebsockets. It is strict where lenient
/// parsers have been attacked: line ends, white space, repeated and contradicting fields, body lengths, transfer
/// codings and upgrades.
struct HTTPHeadParser {
    /// The result of parsing the bytes that have arrived.
    enum Outcome {
        /// The end of the head has not arrived.
        case incomplete
        case complete(HTTPRequestHead)
        /// The request is refused; the head holds what was parsed, and is `nil` if the first line is malformed.
        case refused(HTTPRefusal, of: HTTPRequestHead?)
    }

    var limits = HTTPHeadLimits()

    /// Parses a head at the start of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: All bytes since the start of the request, which the head retains. One empty line is accepted before
    ///     the request, since old clients send one after a body (RFC 9112 section 2.2).
    ///   - searched: The number of bytes in which earlier calls have not found the end of the head. It is updated, and
    ///     stays 0 until a byte of the request itself has arrived.
    /// - Returns: The head, its refusal, or `.incomplete` if more bytes are needed.
    func parse(_ bytes: [UInt8], searched: inout Int) -> Outcome {
        guard let start = Self.startOfRequest(in: bytes), start < bytes.count else { return .incomplete }
        // Of the four bytes that end a head, three may have been there before. Searching only the rest keeps the cost
        // linear for a head that arrives byte by byte.
        guard let end = Self.endOfHead(in: bytes.span, from: max(start, searched - 3)) else {
            let known = searched
            searched = bytes.count
            if bytes.count > limits.maximumBytes { return .refused(tooManyBytes, of: nil) }
            let isRefused = Self.cannotBecomeRequest(bytes, at: start, from: known)
            return isRefused ? .refused(.noRequest, of: nil) : .incomplete
        }
        guard end <= limits.maximumBytes else { return .refused(tooManyBytes, of: nil) }
        var head = HTTPRequestHead()
        head.bytes = bytes
        head.length = end
        do throws(HTTPRefusal) {
            try read(&head, from: start)
            return .complete(head)
        } catch {
            return .refused(error, of: head.path.isEmpty ? nil : head)
        }
    }

    private func read(_ head: inout HTTPRequestHead, from start: Int) throws(HTTPRefusal) {
        head.reserveFields(Self.usualFields)
        var line = try Self.line(in: head.bytes, from: start, to: head.length)
        try parseRequestLine(line, into: &head)
        while true {
            line = try Self.line(in: head.bytes, from: line.upperBound + 2, to: head.length)
            if line.isEmpty { break }
            guard head.fields.count < limits.maximumFields else { throw tooManyFields }
            head.append(try Self.field(line, in: head.bytes))
        }
        guard line.upperBound + 2 == head.length else { throw .noRequest }
        try HTTPGate.check(&head)
    }

    /// The number of header fields for which capacity is reserved.
    private static let usualFields = 12

    private var tooManyBytes: HTTPRefusal {
        HTTPRefusal(.requestHeaderFieldsTooLarge, "The head may have \(limits.maximumBytes) bytes; send fewer or less")
    }
    private var tooManyFields: HTTPRefusal {
        HTTPRefusal(.requestHeaderFieldsTooLarge, "The head may have \(limits.maximumFields) fields; send fewer")
    }

    /// Returns the offset of the request, after an empty line if there is one; `nil` if that is undecided.
    private static func startOfRequest(in bytes: [UInt8]) -> Int? {
        guard bytes.first == 0x0D else { return 0 }
        guard bytes.count > 1 else { return nil }
        return bytes[1] == 0x0A ? 2 : 0
    }

    /// Returns the offset after the empty line that ends the head, or `nil`.
    private static func endOfHead(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start + 3
        while index < bytes.count {
            if bytes[index] == 0x0A, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A, bytes[index - 3] == 0x0D {
                return index + 1
            }
            index += 1
        }
        return nil
    }

    /// Returns whether an incomplete head already contains a byte that no request can have.
    ///
    /// Such a request is refused at once, not after the timeout for heads.
    private static func cannotBecomeRequest(_ bytes: [UInt8], at start: Int, from known: Int) -> Bool {
        if bytes[start] < 0x41 || bytes[start] > 0x5A { return true }
        return bytes.indices.dropFirst(known).contains { index in
            bytes[index] == 0 || bytes[index] == 0x0A && (index == 0 || bytes[index - 1] != 0x0D)
        }
    }

    /// Returns the line that begins at `start`, without its CR and LF, which must occur as a pair.
    private static func line(in bytes: [UInt8], from start: Int, to end: Int) throws(HTTPRefusal) -> Range<Int> {
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == 0x0D {
                guard index + 1 < end, bytes[index + 1] == 0x0A else { throw .bareLineEnd }
                return start..<index
            }
            guard byte != 0x0A, byte != 0 else { throw .bareLineEnd }
            index += 1
        }
        throw .noRequest
    }

    private static func field(
        _ line: Range<Int>,
        in bytes: [UInt8]
    ) throws(HTTPRefusal) -> (name: Range<Int>, value: Range<Int>) {
        guard let colon = bytes[line].firstIndex(of: 0x3A), colon > line.lowerBound else { throw .noField(line, bytes) }
        let name = line.lowerBound..<colon
        guard bytes[name].allSatisfy(\.isTokenCharacter) else { throw .noField(line, bytes) }
        let value = bytes.trimmingBlanks((colon + 1)..<line.upperBound)
        guard bytes[value].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw .malformed("A control character in the value of \(String(decoding: bytes[name], as: UTF8.self))")
        }
        return (name, value)
    }
}

extension HTTPRefusal {
    fileprivate static let noRequest = malformed("This is no HTTP request; its first line must end in HTTP/1.1")
    fileprivate static let bareLineEnd = malformed("A line of the head must end in CR and LF, and hold no NUL")

    fileprivate static func noField(_ line: Range<Int>, _ bytes: [UInt8]) -> HTTPRefusal {
        malformed("No field of the head: \(String(decoding: bytes[line].prefix(40), as: UTF8.self)); send Name: value")
    }
}
