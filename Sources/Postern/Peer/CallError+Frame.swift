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

extension DisconnectReason {
    /// What a goodbye says.
    init(goodbyeCode code: Int, _ text: String) {
        let kind: Kind =
            switch code {
            case 1: .protocolViolation
            case 2: .versionMismatch
            case 3: .slowReader
            case 4: .timedOut
            case 5: .authenticationFailed
            case 6: .tooMany
            default: .closedThere
            }
        self.init(kind, text)
    }

    /// The number of this reason in a goodbye.
    var goodbyeCode: Int {
        switch kind {
        case .protocolViolation: 1
        case .versionMismatch: 2
        case .slowReader: 3
        case .timedOut: 4
        case .authenticationFailed: 5
        case .tooMany: 6
        default: 0
        }
    }
}
