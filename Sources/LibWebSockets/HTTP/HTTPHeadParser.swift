/// Reads the head of an HTTP/1.1 request and refuses whatever is not exactly one (RFC 9112).
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
        case refused(HTTPRefusal)
    }

    var limits = HTTPHeadLimits()

    /// Reads a head from the front of `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived, from the first byte of the request; it is handed on in the head.
    ///   - searched: How many bytes were looked at before without finding the end; updated.
    /// - Returns: The head, why it is refused, or that more of it has to come.
    func parse(_ bytes: [UInt8], searched: inout Int) -> Outcome {
        guard let end = Self.endOfHead(in: bytes.span, from: max(0, searched - 3)) else {
            let start = searched
            searched = bytes.count
            if bytes.count > limits.maximumBytes { return .refused(.headTooLarge) }
            return Self.cannotBecomeRequest(bytes, from: start) ? .refused(.malformed) : .incomplete
        }
        guard end <= limits.maximumBytes else { return .refused(.headTooLarge) }
        var head = HTTPRequestHead()
        head.bytes = bytes
        head.length = end
        head.fields.reserveCapacity(Self.usualFields)
        do throws(HTTPRefusal) {
            var line = try Self.line(in: bytes, from: 0, to: end)
            try parseRequestLine(line, into: &head)
            while true {
                line = try Self.line(in: bytes, from: line.upperBound + 2, to: end)
                if line.isEmpty { break }
                guard head.fields.count < limits.maximumFields else { throw .headTooLarge }
                head.fields.append(try Self.field(line, in: bytes))
            }
            guard line.upperBound + 2 == end else { throw .malformed }
            try HTTPGate.check(&head)
            return .complete(head)
        } catch {
            return .refused(error)
        }
    }

    /// Header fields for which there is room at once.
    private static let usualFields = 12

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

    /// Tells garbage and bare line feeds early, so that their sender is not waited for.
    private static func cannotBecomeRequest(_ bytes: [UInt8], from start: Int) -> Bool {
        if let first = bytes.first, first < 0x41 || first > 0x5A { return true }
        return bytes.indices.dropFirst(start).contains { index in
            bytes[index] == 0 || bytes[index] == 0x0A && (index == 0 || bytes[index - 1] != 0x0D)
        }
    }

    /// The line that begins at `start`, without its end; carriage return and line feed must come as a pair.
    private static func line(in bytes: [UInt8], from start: Int, to end: Int) throws(HTTPRefusal) -> Range<Int> {
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte == 0x0D {
                guard index + 1 < end, bytes[index + 1] == 0x0A else { throw .malformed }
                return start..<index
            }
            guard byte != 0x0A, byte != 0 else { throw .malformed }
            index += 1
        }
        throw .malformed
    }

    private func parseRequestLine(_ line: Range<Int>, into head: inout HTTPRequestHead) throws(HTTPRefusal) {
        let bytes = head.bytes
        guard let afterMethod = bytes[line].firstIndex(of: 0x20),
            let afterTarget = bytes[(afterMethod + 1)..<line.upperBound].firstIndex(of: 0x20)
        else { throw .malformed }
        let target = (afterMethod + 1)..<afterTarget
        guard head.equals((afterTarget + 1)..<line.upperBound, "HTTP/1.1") else { throw .versionNotSupported }
        let name = line.lowerBound..<afterMethod
        guard !name.isEmpty, bytes[name].allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }) else { throw .malformed }
        head.method = try Self.method(name, in: head)
        guard target.count <= limits.maximumTargetBytes else { throw .targetTooLong }
        guard !target.isEmpty, bytes[target.lowerBound] == 0x2F, bytes[target].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw .malformed }
        let mark = bytes[target].firstIndex(of: 0x3F) ?? target.upperBound
        guard !Self.hidesLineEnd(bytes[target.lowerBound..<mark]) else { throw .malformed }
        head.path = target.lowerBound..<mark
        head.query = min(mark + 1, target.upperBound)..<target.upperBound
    }

    private static func method(_ name: Range<Int>, in head: HTTPRequestHead) throws(HTTPRefusal) -> HTTPMethod {
        if head.equals(name, "POST") { return .post }
        if head.equals(name, "GET") { return .get }
        guard let method = HTTPMethod(rawValue: head.text(name)) else { throw .methodNotAllowed }
        return method
    }

    /// Whether a path holds a line end in percent-encoding: no path has one, and a later reader could take it for one.
    private static func hidesLineEnd(_ path: ArraySlice<UInt8>) -> Bool {
        path.indices.contains { index in
            path[index] == 0x25 && index + 2 < path.endIndex && path[index + 1] == 0x30
                && [0x41, 0x44].contains(path[index + 2] & 0xDF)
        }
    }

    private static func field(
        _ line: Range<Int>,
        in bytes: [UInt8]
    ) throws(HTTPRefusal) -> (name: Range<Int>, value: Range<Int>) {
        guard let colon = bytes[line].firstIndex(of: 0x3A), colon > line.lowerBound else { throw .malformed }
        let name = line.lowerBound..<colon
        guard bytes[name].allSatisfy(\.isTokenCharacter) else { throw .malformed }
        var value = (colon + 1)..<line.upperBound
        while let first = value.first, bytes[first].isBlank { value = (first + 1)..<value.upperBound }
        while let last = value.last, bytes[last].isBlank { value = value.lowerBound..<last }
        guard bytes[value].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .malformed }
        return (name, value)
    }
}

/// The limits of a request's head.
public struct HTTPHeadLimits: Sendable {
    /// Bytes of the whole head.
    public var maximumBytes = 8_192
    /// Header fields.
    public var maximumFields = 64
    /// Bytes of the request target.
    public var maximumTargetBytes = 4_096

    /// The defaults.
    public init() {}
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// `tchar` of RFC 9110.
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
