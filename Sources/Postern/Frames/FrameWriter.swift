/// Appends frames to bytes that will be sent, each with its length in front.
enum FrameWriter {
    /// Begins a frame and returns its offset.
    ///
    /// Every frame must be ended or discarded.
    @inline(__always)
    static func begin(_ kind: Frame.Kind, fields: UInt8, into output: inout [UInt8]) -> Int {
        let start = output.count
        output.append(0)
        output.append(0)
        output.append(0)
        output.append(0)
        output.append(0x90 | fields)
        output.append(kind.rawValue)
        return start
    }

    /// Begins a frame that belongs to a call, and returns its offset.
    @inline(__always)
    static func begin(_ kind: Frame.Kind, fields: UInt8, id: UInt64, into output: inout [UInt8]) -> Int {
        let start = begin(kind, fields: fields, into: &output)
        MessagePack.write(id, into: &output)
        return start
    }

    /// Ends a frame by writing its length, or discards it if it is larger than the limit.
    ///
    /// Frames that contain only numbers are below every limit; see ``Hello/leastFrameBytes``.
    ///
    /// - Parameters:
    ///   - start: The offset of the frame.
    ///   - byteCount: The size of the last part of the frame, which is sent behind `output`.
    ///   - limit: The maximum length.
    ///   - output: The bytes that the frame is in.
    /// - Returns: Whether the frame was kept.
    @inline(__always)
    @discardableResult
    static func end(_ start: Int, before byteCount: Int = 0, limit: Int = .max, in output: inout [UInt8]) -> Bool {
        let length = output.count - start - FrameSplitter.lengthBytes + byteCount
        guard length <= limit, let exact = UInt32(exactly: length) else {
            discard(start, in: &output)
            return false
        }
        output[start] = UInt8(truncatingIfNeeded: exact >> 24)
        output[start + 1] = UInt8(truncatingIfNeeded: exact >> 16)
        output[start + 2] = UInt8(truncatingIfNeeded: exact >> 8)
        output[start + 3] = UInt8(truncatingIfNeeded: exact)
        return true
    }

    /// Discards a frame that was begun.
    static func discard(_ start: Int, in output: inout [UInt8]) { output.removeLast(output.count - start) }

    static func writeHello(_ hello: Hello, into output: inout [UInt8]) {
        let start = begin(.hello, fields: 3, into: &output)
        MessagePack.write(hello.version, into: &output)
        hello.writeMembers(into: &output)
        end(start, in: &output)
    }

    /// Appends a frame that contains only numbers, the first of which identifies a call or a ping.
    static func writeNumbers(_ kind: Frame.Kind, _ first: UInt64, _ second: Int? = nil, into output: inout [UInt8]) {
        let start = begin(kind, fields: second == nil ? 2 : 3, id: first, into: &output)
        if let second { MessagePack.write(Int64(second), into: &output) }
        end(start, in: &output)
    }

    static func writeRelease(_ number: UInt64, _ count: UInt64, into output: inout [UInt8]) {
        let start = begin(.release, fields: 3, id: number, into: &output)
        MessagePack.write(count, into: &output)
        end(start, in: &output)
    }

    /// Appends the references frame of a message.
    ///
    /// - Returns: Whether the frame was kept; it is discarded if it is larger than the limit.
    static func writeReferences(_ numbers: ReferenceNumbers, limit: Int, into output: inout [UInt8]) -> Bool {
        let start = begin(.references, fields: numbers.isFromJSON ? 4 : 3, into: &output)
        for list in [numbers.lent, numbers.returned] {
            var mark = MessagePack.beginArray(into: &output)
            for number in list {
                MessagePack.nextElement(&mark, into: &output)
                MessagePack.write(number, into: &output)
            }
            MessagePack.endArray(mark, into: &output)
        }
        if numbers.isFromJSON { output.append(CallFlags.isFromJSON.rawValue) }
        return end(start, limit: limit, in: &output)
    }

    /// Appends a goodbye, whose text is truncated to the limit.
    static func writeGoodbye(code: Int, _ text: String, limit: Int, into output: inout [UInt8]) {
        let start = begin(.goodbye, fields: 3, into: &output)
        MessagePack.write(Int64(code), into: &output)
        // The remote peer may not have read this peer's hello, so the text must fit the smallest limit that any peer
        // has then.
        let room = min(limit, PeerLimits.standard.unprovenBytes) - maximumOverheadBytes
        MessagePack.write(text.cut(to: room), into: &output)
        end(start, in: &output)
    }

    static func writeProof(_ proof: [UInt8], into output: inout [UInt8]) {
        let start = begin(.proof, fields: 2, into: &output)
        MessagePack.write(bytes: proof.span, into: &output)
        end(start, in: &output)
    }

    /// The maximum size of everything in a frame but its values: numbers, and the headers of texts.
    static let maximumOverheadBytes = 28
}

/// Frames with errors.
extension FrameWriter {
    /// Appends an error as the reply to a call, or as the end of a stream.
    ///
    /// What does not fit a frame of the remote peer is left out: first the details and the hops, then the name and the
    /// identifier, and finally the end of the message.
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
        short.message = error.message.cut(to: min(limit, 1_024) - maximumOverheadBytes)
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
        // The fields are optional from the end: each one requires those in front of it.
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
