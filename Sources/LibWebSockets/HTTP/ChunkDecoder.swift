/// A decoder for bodies in the chunked transfer coding (RFC 9112 section 7.1).
///
/// It is strict: a size is one to eight hexadecimal digits, every line ends in CR and LF, and no blank is allowed
/// between a size and its extensions. Extensions and trailer fields are validated, counted and discarded, because a
/// trailer field must not be mistaken for a field of the head.
struct ChunkDecoder {
    /// The state of the body after a piece of input.
    enum Outcome: Equatable {
        /// All input has been consumed, and the body continues.
        case incomplete
        /// The body is complete; input after it has not been consumed.
        case ended
        case refused(HTTPRefusal)
    }

    /// The maximum size of the decoded body in bytes.
    let limit: Int
    private var state = State.size
    private var digits = 0
    /// The chunk size while its digits are read, then the number of bytes of the chunk that have not arrived.
    private var remaining = 0
    private var decoded = 0
    private var dropped = 0

    private enum State {
        case size, extensionName, extensionText, sizeEnd
        case data, dataReturn, dataEnd
        case trailer, trailerName, trailerValue, trailerEnd, end, ended
    }

    private static let maximumDigits = 8
    /// The maximum size in bytes of all extensions and trailer fields of a body.
    static let maximumDropped = 4_096

    /// Creates a decoder.
    ///
    /// - Parameter limit: The maximum size of the decoded body in bytes.
    init(limit: Int) { self.limit = limit }

    /// Decodes a piece of input.
    ///
    /// - Parameters:
    ///   - input: Bytes of the body, and possibly of a pipelined request after it.
    ///   - index: The index of the first byte to read; advanced past the bytes that were read.
    ///   - body: The array to which the content of the chunks is appended.
    /// - Returns: Whether the body is complete.
    mutating func decode(_ input: [UInt8], from index: inout Int, into body: inout [UInt8]) -> Outcome {
        while index < input.count {
            // The content is copied in bulk; only the framing is read byte by byte.
            if case .data = state {
                let end = index + min(remaining, input.count - index)
                body.append(contentsOf: input[index..<end])
                remaining -= end - index
                index = end
                if remaining == 0 { state = .dataReturn }
                continue
            }
            do throws(HTTPRefusal) {
                try step(input[index])
            } catch {
                return .refused(error)
            }
            index += 1
            if case .ended = state { return .ended }
        }
        return .incomplete
    }

    private mutating func step(_ byte: UInt8) throws(HTTPRefusal) {
        switch state {
        case .size: try readSize(byte)
        case .extensionName, .extensionText: try readExtension(byte)
        case .sizeEnd:
            guard byte == 0x0A else { throw .badSizeLine }
            try beginChunk()
        case .dataReturn:
            guard byte == 0x0D else { throw .badChunkEnd }
            state = .dataEnd
        case .dataEnd:
            guard byte == 0x0A else { throw .badChunkEnd }
            state = .size
        case .trailer, .trailerName, .trailerValue: try readTrailer(byte)
        case .trailerEnd, .end:
            guard byte == 0x0A else { throw .badTrailer }
            if case .end = state { state = .ended } else { state = .trailer }
        case .data, .ended: break
        }
    }

    private mutating func readSize(_ byte: UInt8) throws(HTTPRefusal) {
        if let digit = byte.hexadecimalValue {
            // Eight digits cannot overflow an Int; leading zeros count too.
            guard digits < Self.maximumDigits else { throw .badSizeLine }
            digits += 1
            remaining = remaining << 4 | digit
        } else if digits > 0, byte == 0x0D {
            state = .sizeEnd
        } else if digits > 0, byte == 0x3B {
            state = .extensionName
        } else {
            throw .badSizeLine
        }
    }

    private mutating func readExtension(_ byte: UInt8) throws(HTTPRefusal) {
        if byte == 0x0D, case .extensionText = state {
            state = .sizeEnd
        } else if byte.isTokenCharacter {
            state = .extensionText
        } else {
            guard case .extensionText = state, byte >= 0x20, byte < 0x7F else { throw .badSizeLine }
        }
        try drop()
    }

    private mutating func beginChunk() throws(HTTPRefusal) {
        digits = 0
        guard remaining > 0 else { return state = .trailer }
        // Before any byte of the chunk is stored. The subtraction cannot overflow as the sum could.
        guard remaining <= limit - decoded else { throw .bodyTooLarge(limit: limit) }
        decoded += remaining
        state = .data
    }

    private mutating func readTrailer(_ byte: UInt8) throws(HTTPRefusal) {
        switch state {
        case .trailer where byte == 0x0D:
            state = .end
            return
        case .trailerName where byte == 0x3A: state = .trailerValue
        case .trailer, .trailerName:
            guard byte.isTokenCharacter else { throw .badTrailer }
            state = .trailerName
        case _ where byte == 0x0D: state = .trailerEnd
        default: guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw .badTrailer }
        }
        try drop()
    }

    private mutating func drop() throws(HTTPRefusal) {
        dropped += 1
        guard dropped <= Self.maximumDropped else { throw .tooManyDropped }
    }
}

extension HTTPRefusal {
    fileprivate static let badSizeLine = malformed(
        "A chunk must begin with its size in hexadecimal digits, 8 at most, then CR and LF"
    )
    fileprivate static let badChunkEnd = malformed("A chunk is longer than its size says, or does not end in CR and LF")
    fileprivate static let badTrailer = malformed("A line behind the last chunk must be Name: value, with CR and LF")
    fileprivate static let tooManyDropped = HTTPRefusal(
        .requestHeaderFieldsTooLarge,
        "The extensions and trailer fields of a chunked body may have \(ChunkDecoder.maximumDropped) bytes"
    )
}

extension UInt8 {
    fileprivate var hexadecimalValue: Int? {
        switch self {
        case 0x30...0x39: Int(self - 0x30)
        case 0x41...0x46: Int(self - 0x37)
        case 0x61...0x66: Int(self - 0x57)
        default: nil
        }
    }
}
