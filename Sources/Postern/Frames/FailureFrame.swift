/// A `CallError` as a frame carries it.
struct FailureFrame: Hashable, Sendable {
    let code: Int
    let message: Range<Int>
    let executed: CallError.Executed
    /// `nil` for that of the code.
    let name: CallError.Name?
    /// Where the list of hops begins, negative where an identifier follows it; `nil` when there is neither.
    private let place: Int32?
    /// Empty when there are no details.
    let details: Range<Int>

    /// Reads the fields behind the number of the call.
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
        self.details = details.count == 1 && bytes[details.lowerBound] == 0xc0 ? 0..<0 : details
    }

    /// The hops, as far as they are taken.
    func readHops(in bytes: Span<UInt8>, _ limits: PeerLimits) -> [CallError.Hop] {
        guard let hops = place?.magnitude else { return [] }
        var read: [CallError.Hop] = []
        var left = limits.errorTraceBytes
        var fields = FieldReader(offset: Int(hops))
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

    /// The identifier of the error in a log, which comes behind the hops; `nil` when there is none.
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
    /// Reads an error out of the bytes of its frame.
    init(_ frame: FailureFrame, in bytes: [UInt8], _ limits: PeerLimits = .standard) {
        self.init(
            Code(rawValue: frame.code),
            String(decoding: bytes[frame.message], as: UTF8.self),
            name: frame.name,
            ran: frame.executed,
            details: frame.details.isEmpty
                // They do not say where they come from.
                ? nil : Payload(bytes: Array(bytes[frame.details]), codec: MessagePackFromJSON.self)
        )
        change { content in
            content.hops = frame.readHops(in: bytes.span, limits)
            content.traceID = frame.readTraceID(in: bytes.span)
            content.isReported = true
        }
    }
}
