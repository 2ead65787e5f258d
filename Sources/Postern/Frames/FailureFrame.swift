/// A `CallError` as it is encoded in a frame.
struct FailureFrame: Hashable, Sendable {
    let code: Int
    let message: Range<Int>
    let executed: CallError.Executed
    /// The name of the error, or `nil` for the one of its code.
    let name: CallError.Name?
    /// The offset of the list of hops, negated if an identifier follows the list; `nil` if there is neither.
    // 32 bits and the sign: every frame that is read reserves room for this case, also those without an error.
    private let place: Int32?
    /// The range of the details, empty if there are none.
    let details: Range<Int>

    /// Reads the fields after the identifier of the call.
    init(_ fields: inout FieldReader, _ count: Int, _ bytes: Span<UInt8>) throws(PayloadError) {
        code = try fields.signed(bytes)
        message = try fields.text(bytes)
        executed =
            switch try fields.unsigned(bytes) {
            case 0: .no
            case 1: .yes
            default: .unknown
            }
        let word = count >= 8 ? try fields.optionalUnsigned(bytes) : nil
        name = word.flatMap { CallError.Name(rawValue: UInt8(clamping: $0)) }
        let hops = count >= 7 ? Int32(exactly: fields.rest(bytes).lowerBound) : nil
        place = count == 9 ? hops.map(-) : hops
        if count >= 7 { try Self.forEachHop(&fields, bytes) { _, _, _ in } }
        if count == 9 { _ = try fields.text(bytes) }
        let details = try fields.value(bytes)
        // A single nil byte means that there are no details.
        self.details = details.count == 1 && bytes[details.lowerBound] == 0xc0 ? 0..<0 : details
    }

    /// Reads the hops, up to the limits on their number and on the size of their traces.
    func readHops(in bytes: Span<UInt8>, _ limits: PeerLimits) -> [CallError.Hop] {
        guard let hops = place?.magnitude else { return [] }
        var read: [CallError.Hop] = []
        var left = limits.errorTraceBytes
        var fields = FieldReader(offset: Int(hops))
        // The initialiser has read the same fields without an error, so this cannot throw.
        try? Self.forEachHop(&fields, bytes) { method, peer, trace in
            guard read.count < limits.errorHops else { return }
            let trace = trace.map { String(copying: bytes.extracting($0)).cut(to: left) }
            left -= trace?.utf8.count ?? 0
            read.append(
                CallError.Hop(
                    method: String(copying: bytes.extracting(method)).cut(to: limits.pathBytes),
                    peer: String(copying: bytes.extracting(peer)).cut(to: limits.pathBytes),
                    trace: trace
                )
            )
        }
        return read
    }

    /// Reads the identifier of the error in a log, or returns `nil` if there is none.
    func readTraceID(in bytes: Span<UInt8>) -> String? {
        guard let place, place < 0 else { return nil }
        var fields = FieldReader(offset: Int(place.magnitude))
        guard (try? Self.forEachHop(&fields, bytes) { _, _, _ in }) != nil, let text = try? fields.text(bytes) else {
            return nil
        }
        return String(copying: bytes.extracting(text)).cut(to: Self.maximumTraceIDBytes)
    }

    private static let maximumTraceIDBytes = 64

    private static func forEachHop(
        _ fields: inout FieldReader,
        _ bytes: Span<UInt8>,
        _ body: (_ method: Range<Int>, _ peer: Range<Int>, _ trace: Range<Int>?) -> Void
    ) throws(PayloadError) {
        for _ in 0..<(try fields.array(bytes)) {
            guard try fields.array(bytes) == 3 else { throw PayloadError(.malformed, "a hop has three fields") }
            let method = try fields.text(bytes)
            let peer = try fields.text(bytes)
            body(method, peer, try fields.nullableText(bytes))
        }
    }
}

extension CallError {
    /// Creates an error from its frame and the bytes that the frame was read from.
    init(_ frame: FailureFrame, in bytes: [UInt8], _ limits: PeerLimits = .standard) {
        self.init(
            Code(rawValue: frame.code),
            String(decoding: bytes[frame.message], as: UTF8.self),
            name: frame.name,
            ran: frame.executed,
            details: frame.details.isEmpty
                // The frame does not say whether they were transcoded from JSON, so they are read by the more lenient
                // rules.
                ? nil : Payload(bytes: Array(bytes[frame.details]), codec: MessagePackFromJSON.self)
        )
        change { content in
            content.hops = frame.readHops(in: bytes.span, limits)
            content.traceID = frame.readTraceID(in: bytes.span)
            content.isReported = true
        }
    }
}
