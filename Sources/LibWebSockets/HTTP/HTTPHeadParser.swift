/// Reads the head of an HTTP/1 request and refuses whatever is not exactly one (RFC 9112).
///
/// This is the gate in front of everything: no request reaches a handler, and no handshake libwebsockets, that did not
/// pass it. It is strict where lenient parsers have been attacked: line ends, white space, repeated and contradicting
/// fields, body lengths, transfer codings, upgrades.
struct HTTPHeadParser {
    /// What became of the bytes so far.
    enum Outcome {
        /// The head is not all there yet.
        case incomplete
        case complete(HTTPRequestHead)
        /// The request is refused; with its head as far as it was read, `nil` when its first line was not understood.
        case refused(HTTPRefusal, of: HTTPRequestHead?)
    }

    var limits = HTTPHeadLimits()

    /// Reads a head from the front of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived, from the first byte of the request; it is handed on in the head. One empty line may
    ///     come before it, as old clients send one behind a body (RFC 9112 section 2.2).
    ///   - searched: How many bytes were looked at before without finding the end; updated, and 0 as long as no byte of
    ///     the request itself has arrived.
    /// - Returns: The head, why it is refused, or that more of it has to come.
    func parse(_ bytes: [UInt8], searched: inout Int) -> Outcome {
        guard let start = Self.startOfRequest(in: bytes), start < bytes.count else { return .incomplete }
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

    /// Header fields for which there is room at once.
    private static let usualFields = 12

    private var tooManyBytes: HTTPRefusal {
        HTTPRefusal(.requestHeaderFieldsTooLarge, "The head may have \(limits.maximumBytes) bytes; send fewer or less")
    }
    private var tooManyFields: HTTPRefusal {
        HTTPRefusal(.requestHeaderFieldsTooLarge, "The head may have \(limits.maximumFields) fields; send fewer")
    }

    /// Where the request begins, behind one empty line if there is one; `nil` when that cannot be said yet.
    private static func startOfRequest(in bytes: [UInt8]) -> Int? {
        guard bytes.first == 0x0D else { return 0 }
        guard bytes.count > 1 else { return nil }
        return bytes[1] == 0x0A ? 2 : 0
    }

    /// The offset just behind the empty line, or `nil`.
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

    /// Finds garbage and bare line feeds early, so that their sender is not waited for.
    private static func cannotBecomeRequest(_ bytes: [UInt8], at start: Int, from known: Int) -> Bool {
        if bytes[start] < 0x41 || bytes[start] > 0x5A { return true }
        return bytes.indices.dropFirst(known).contains { index in
            bytes[index] == 0 || bytes[index] == 0x0A && (index == 0 || bytes[index - 1] != 0x0D)
        }
    }

    /// The line that begins at `start`, without its end; carriage return and line feed must come as a pair.
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
