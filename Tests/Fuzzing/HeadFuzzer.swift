/// Checks the properties of every head that the parser accepts, with the input in one piece and in several.
///
/// The first byte of the input is the size of the pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHead(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 1 else { return 0 }
    let step = max(1, Int(start[0]))
    let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
    var searched = 0
    let whole = HTTPHeadParser().parse(bytes, searched: &searched)
    comparePieces(of: bytes, step, with: whole)
    guard case .complete(let head) = whole else { return 0 }
    checkForm(of: head)
    checkFields(of: head)
    checkRepetition(of: head)
    return 0
}

/// Checks that a head that arrives in pieces has the same outcome; an early refusal must be one of the whole too.
private func comparePieces(of bytes: [UInt8], _ step: Int, with whole: HTTPHeadParser.Outcome) {
    var searched = 0
    for end in stride(from: min(step, bytes.count), through: bytes.count, by: step) {
        switch (HTTPHeadParser().parse(Array(bytes[..<end]), searched: &searched), whole) {
        case (.incomplete, _): continue
        case (.refused, .complete): fatalError("refused after \(end) bytes, accepted as a whole")
        case (.complete(let piece), .complete(let head)):
            precondition(Meaning(piece) == Meaning(head) && piece.length == head.length)
        case (.complete, _): fatalError("accepted after \(end) bytes, not as a whole")
        default: break
        }
        return
    }
}

/// Checks that every line ends in CR and LF, which occur nowhere else.
private func checkForm(of head: HTTPRequestHead) {
    let text = Array(head.bytes[..<head.length])
    precondition(text.suffix(4) == [13, 10, 13, 10] && !text.contains(0))
    for index in text.indices {
        if text[index] == 10 { precondition(index > 0 && text[index - 1] == 13) }
        if text[index] == 13 { precondition(index + 1 < text.count && text[index + 1] == 10) }
    }
    for field in head.fields { precondition(!head.text(field.name).contains(" ") && !field.name.isEmpty) }
}

private func checkFields(of head: HTTPRequestHead) {
    func count(_ name: String) -> Int { head.fields.count { head.text($0.name).lowercased() == name } }
    let (lengths, codings) = (count("content-length"), count("transfer-encoding"))
    precondition(count("host") == 1 || head.isHTTP10 && count("host") == 0)
    precondition(lengths + codings <= 1 && head.isChunked == (codings == 1))
    precondition(!head.isChunked || !head.isHTTP10 && head.contentLength == 0)
    precondition(head.hasBody == (head.isChunked || head.contentLength > 0))
    precondition(!head.hasBody || [.post, .put, .patch].contains(head.method))
    precondition(head.origin == nil || count("origin") == 1)
    precondition(!head.authority.isEmpty || head.isHTTP10 || head["host"] == "")
    guard head.webSocketKey != nil else { return }
    precondition(head.method == .get && !head.isHTTP10 && !head.hasBody && head["upgrade"]?.lowercased() == "websocket")
    precondition(count("sec-websocket-key") == 1 && head["sec-websocket-version"] == "13")
    let handshake = Handshake.canonical(head, subprotocol: nil)
    precondition(handshake.suffix(head.bytes.count - head.length).elementsEqual(head.bytes[head.length...]))
}

/// Checks that an accepted head has the same meaning when it is serialized again in a simple form.
private func checkRepetition(of head: HTTPRequestHead) {
    let target = head.text(head.path) + (head.query.isEmpty ? "" : "?" + head.text(head.query))
    var lines = ["\(head.method.rawValue) \(target) HTTP/1.\(head.isHTTP10 ? 0 : 1)"]
    // The authority of an absolute target replaces Host. Latin-1 preserves every byte.
    if !head.authority.isEmpty || head["host"] != nil { lines.append("host: \(latin(head, head.authority))") }
    for field in head.fields where head.text(field.name).lowercased() != "host" {
        lines.append("\(head.text(field.name)): \(latin(head, field.value))")
    }
    let text = lines.joined(separator: "\r\n") + "\r\n\r\n"
    let bytes = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    // The serialized head may exceed the limits: it may have more blanks, and a Host that an absolute target replaced.
    let limits = HTTPHeadLimits()
    guard bytes.count <= limits.maximumBytes, lines.count <= limits.maximumFields + 1 else { return }
    var searched = 0
    guard case .complete(let again) = HTTPHeadParser().parse(bytes, searched: &searched) else {
        fatalError("refused when written again:\n\(text)")
    }
    precondition(Meaning(again) == Meaning(head), "means something else when written again:\n\(text)")
}

private func latin(_ head: HTTPRequestHead, _ range: Range<Int>) -> String {
    String(String.UnicodeScalarView(head.bytes[range].map { Unicode.Scalar($0) }))
}

/// The properties of a head on which any decision depends.
private struct Meaning: Equatable {
    let method: HTTPMethod
    let texts: [String?]
    let numbers: [Int]
    let flags: [Bool]

    init(_ head: HTTPRequestHead) {
        method = head.method
        texts =
            [head.path, head.query, head.authority, head.origin, head.contentType, head.webSocketKey].map { range in
                range.map { latin(head, $0) }
            }
        numbers = [head.contentLength]
        flags = [head.isHTTP10, head.isChunked, head.wantsClose, head.expectsContinue]
    }
}
