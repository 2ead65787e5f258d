/// Errors.
extension FrameWriter {
    /// Appends an error as the answer to a call, or as the end of a stream.
    ///
    /// What is too large for the other side is left out: first details and hops, then the name and the identifier, in the
    /// end all of the message that does not fit.
    static func writeFailure(
        _ kind: Frame.Kind = .failure,
        id: UInt64,
        _ error: CallError,
        limit: Int,
        into output: inout [UInt8]
    ) {
        if write(kind, id, error, details: error.details, limit, &output) { return }
        var short = error
        short.message = error.message.cut(to: 1_024)
        short.hops = []
        if write(kind, id, short, details: nil, limit, &output) { return }
        short.message = error.message.cut(to: min(limit, 1_024) - mostBytesOfNumbers)
        short.chosenName = nil
        short.traceID = nil
        _ = write(kind, id, short, details: nil, limit, &output)
    }

    private static func write(
        _ kind: Frame.Kind,
        _ id: UInt64,
        _ error: CallError,
        details: Payload?,
        _ limit: Int,
        _ output: inout [UInt8]
    ) -> Bool {
        let fields: UInt8 = error.traceID != nil ? 9 : error.chosenName != nil ? 8 : error.hops.isEmpty ? 6 : 7
        let start = begin(kind, fields: fields, id: id, into: &output)
        MessagePack.write(Int64(error.code.rawValue), into: &output)
        MessagePack.write(error.message, into: &output)
        output.append(error.executed.number)
        if fields >= 8 { output.append(error.chosenName?.rawValue ?? 0xc0) }
        if fields >= 7 { write(error.hops, into: &output) }
        if let traceID = error.traceID { MessagePack.write(traceID, into: &output) }
        if let details = try? details?.transcoded(to: MessagePack.self), !details.bytes.isEmpty {
            output += details.bytes
        } else {
            MessagePack.writeNull(into: &output)
        }
        return end(start, limit: limit, in: &output)
    }

    private static func write(_ hops: [CallError.Hop], into output: inout [UInt8]) {
        var list = MessagePack.beginArray(into: &output)
        for hop in hops {
            MessagePack.nextElement(&list, into: &output)
            output.append(0x93)
            MessagePack.write(hop.method, into: &output)
            MessagePack.write(hop.peer, into: &output)
            if let trace = hop.trace {
                MessagePack.write(trace, into: &output)
            } else {
                MessagePack.writeNull(into: &output)
            }
        }
        MessagePack.endArray(list, into: &output)
    }
}

extension CallError.Executed {
    fileprivate var number: UInt8 {
        switch self {
        case .no: 0
        case .yes: 1
        case .unknown: 2
        }
    }
}
