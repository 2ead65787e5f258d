/// Compares the chunk decoder, with the input in one piece and in several, with a simple decoder.
///
/// The first byte of the input is the limit of the body in units of 16 bytes, the second the size of the pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzChunks(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 2 else { return 0 }
    let limit = Int(start[0]) * 16
    let step = max(1, Int(start[1]))
    let bytes = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
    let whole = decode(bytes, limit: limit, step: bytes.count)
    precondition(whole.body.count <= limit && whole.read <= bytes.count)
    let pieces = decode(bytes, limit: limit, step: step)
    precondition(whole.outcome == pieces.outcome && whole.body == pieces.body && whole.read == pieces.read)
    let plain = PlainDecoder.decode(bytes, limit: limit)
    if case .ended = whole.outcome {
        precondition(plain?.body == whole.body && plain?.read == whole.read, "accepted here only")
        checkRequest(bytes, whole, limit: limit, step: step)
    } else {
        precondition(plain == nil, "accepted there only")
    }
    return 0
}

private struct Decoded {
    var outcome = ChunkDecoder.Outcome.incomplete
    var body: [UInt8] = []
    var read = 0
}

private func decode(_ bytes: [UInt8], limit: Int, step: Int) -> Decoded {
    var decoder = ChunkDecoder(limit: limit)
    var decoded = Decoded()
    while decoded.read < bytes.count {
        let piece = Array(bytes[decoded.read...].prefix(step))
        var index = 0
        decoded.outcome = decoder.decode(piece, from: &index, into: &decoded.body)
        decoded.read += index
        guard case .incomplete = decoded.outcome else { break }
        precondition(index == piece.count, "stopped without a reason")
    }
    return decoded
}

/// Checks that a request with the body is the same in any pieces, and that the bytes after it are not consumed.
private func checkRequest(_ bytes: [UInt8], _ whole: Decoded, limit: Int, step: Int) {
    var searched = 0
    let line = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    let first = line + bytes.prefix(step)
    guard case .complete(let head) = HTTPHeadParser().parse(first, searched: &searched) else { fatalError("no head") }
    var body = RequestBody(of: head, atMost: limit)
    var input: [UInt8] = []
    var rest = bytes.dropFirst(step)
    while true {
        switch body.take(&input) {
        case .refused: fatalError("refused as a request")
        case .complete(let request):
            precondition(request.bytes[request.length...].elementsEqual(whole.body))
            precondition(request.contentLength == whole.body.count)
            precondition((input + rest).elementsEqual(bytes[whole.read...]))
            return
        case .incomplete:
            precondition(!rest.isEmpty, "incomplete as a request")
            input.append(contentsOf: rest.prefix(step))
            rest = rest.dropFirst(step)
        }
    }
}

/// A simple decoder, which decodes a complete body line by line.
private enum PlainDecoder {
    static func decode(_ bytes: [UInt8], limit: Int) -> (body: [UInt8], read: Int)? {
        var body: [UInt8] = []
        var at = 0
        var dropped = 0
        while true {
            guard let line = line(in: bytes, from: &at), let size = size(line, &dropped) else { return nil }
            if size == 0 { break }
            guard size <= limit - body.count, at + size + 2 <= bytes.count else { return nil }
            body += bytes[at..<(at + size)]
            at += size
            guard bytes[at] == 13, bytes[at + 1] == 10 else { return nil }
            at += 2
        }
        while let line = line(in: bytes, from: &at) {
            if line.isEmpty { return dropped <= ChunkDecoder.maximumDropped ? (body, at) : nil }
            guard isField(line) else { return nil }
            dropped += line.count + 1
        }
        return nil
    }

    /// Returns the bytes up to a CR, which an LF must follow.
    private static func line(in bytes: [UInt8], from at: inout Int) -> ArraySlice<UInt8>? {
        guard at < bytes.count, let end = bytes[at...].firstIndex(of: 13), end + 1 < bytes.count, bytes[end + 1] == 10
        else { return nil }
        defer { at = end + 2 }
        return bytes[at..<end]
    }

    private static func size(_ line: ArraySlice<UInt8>, _ dropped: inout Int) -> Int? {
        let digits = line.prefix { $0 != 0x3B }
        guard (1...8).contains(digits.count), digits.allSatisfy({ $0.isDigit || (0x61...0x66).contains($0 | 0x20) })
        else { return nil }
        let rest = line.dropFirst(digits.count)
        if !rest.isEmpty {
            guard let name = rest.dropFirst().first, name.isTokenCharacter,
                rest.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
            else { return nil }
            dropped += rest.count
        }
        return Int(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    private static func isField(_ line: ArraySlice<UInt8>) -> Bool {
        guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { return false }
        return line[..<colon].allSatisfy(\.isTokenCharacter)
            && line[colon...].allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
