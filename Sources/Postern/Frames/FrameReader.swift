/// Reads frames from bytes that consist of whole frames.
///
/// It never traps, whatever the bytes are. Values are not validated here but where they are decoded.
struct FrameReader {
    private var offset = 0

    /// Reads the next frame, or returns `nil` at the end of the bytes.
    ///
    /// - Throws: `ProtocolViolation` if the bytes are not a frame of this protocol.
    mutating func next(in chunk: Span<UInt8>) throws(ProtocolViolation) -> Frame? {
        guard let end = FrameSplitter.endOfFrame(at: offset, in: chunk) else { return nil }
        var fields = FieldReader(offset: offset + FrameSplitter.lengthBytes)
        offset = end
        do throws(PayloadError) {
            return try Self.frame(&fields, chunk.extracting(0..<end))
        } catch {
            throw ProtocolViolation(error)
        }
    }

    private static func frame(_ fields: inout FieldReader, _ bytes: Span<UInt8>) throws(PayloadError) -> Frame {
        let count = try fields.array(bytes)
        let number = try fields.unsigned(bytes)
        guard let kind = Frame.Kind(rawValue: UInt8(clamping: number)) else {
            throw PayloadError(.malformed, "no frame has the number \(number)")
        }
        // An exact number of fields: optional ones are added by a later version only after the hello has announced
        // them.
        guard kind.takes(count) else {
            throw PayloadError(.malformed, "\(kind.phrase) does not have \(count) fields")
        }
        switch kind {
        case .hello: return .hello(try hello(&fields, bytes))
        case .call: return .call(try call(&fields, bytes))
        case .notify:
            return .notify(path: try fields.text(bytes), arguments: fields.rest(bytes))
        case .ping: return .ping(try fields.unsigned(bytes, last: true))
        case .pong: return .pong(try fields.unsigned(bytes, last: true))
        case .goodbye:
            let code = try fields.signed(bytes)
            return .goodbye(code: code, text: try fields.text(bytes, last: true))
        case .proof: return .proof(try fields.binary(bytes, last: true))
        case .release:
            let number = try fields.unsigned(bytes)
            return .release(number: number, count: try fields.unsigned(bytes, last: true))
        case .references: return .references(try references(count, &fields, bytes))
        default: return try answer(kind, count, &fields, bytes)
        }
    }

    private static func hello(_ fields: inout FieldReader, _ bytes: Span<UInt8>) throws(PayloadError) -> Hello {
        var hello = Hello(version: try fields.unsigned(bytes))
        // The members of another version are unknown, so its hello is reported with its version alone.
        guard hello.version == Hello.supportedVersion else { return hello }
        try hello.readMembers(bytes.extracting(fields.rest(bytes)))
        return hello
    }

    private static func call(_ fields: inout FieldReader, _ bytes: Span<UInt8>) throws(PayloadError) -> CallFrame {
        CallFrame(
            id: try fields.unsigned(bytes),
            path: try fields.text(bytes),
            timeout: try fields.optionalUnsigned(bytes),
            flags: CallFlags(rawValue: UInt8(truncatingIfNeeded: try fields.unsigned(bytes))),
            depth: Int(clamping: try fields.unsigned(bytes)),
            arguments: fields.rest(bytes)
        )
    }

    private static func references(
        _ fieldCount: Int,
        _ fields: inout FieldReader,
        _ bytes: Span<UInt8>
    ) throws(PayloadError) -> ReferenceNumbers {
        var numbers = ReferenceNumbers()
        for _ in 0..<(try count(&fields, bytes)) { numbers.lent.append(try fields.unsigned(bytes)) }
        for _ in 0..<(try count(&fields, bytes)) { numbers.returned.append(try fields.unsigned(bytes)) }
        if fieldCount == 4 {
            let flags = CallFlags(rawValue: UInt8(truncatingIfNeeded: try fields.unsigned(bytes)))
            numbers.isFromJSON = flags.contains(.isFromJSON)
        }
        guard fields.rest(bytes).isEmpty else { throw .trailing }
        return numbers
    }

    /// Reads the length of a list of references, which is limited like the number of values in a message.
    private static func count(_ fields: inout FieldReader, _ bytes: Span<UInt8>) throws(PayloadError) -> Int {
        let count = try fields.array(bytes)
        // Checked before the list is read: its header alone may claim any length.
        guard count <= PayloadLimits.standard.values else { throw .tooManyValues }
        return count
    }

    /// Reads a frame that belongs to a call, whose second field is the identifier of the call.
    private static func answer(
        _ kind: Frame.Kind,
        _ count: Int,
        _ fields: inout FieldReader,
        _ bytes: Span<UInt8>
    ) throws(PayloadError) -> Frame {
        let id = try fields.unsigned(bytes, last: kind == .cancel || count == 2)
        switch kind {
        case .reply: return .reply(id: id, value: try fields.value(bytes))
        case .failure: return .failure(id: id, try FailureFrame(&fields, count, bytes))
        case .cancel: return .cancel(id: id)
        case .stream: return .stream(id: id, position: try position(&fields, bytes))
        case .item:
            let offset = try fields.optionalUnsigned(bytes)
            return .item(id: id, offset: offset, value: try fields.value(bytes))
        case .end: return .end(id: id, count == 2 ? nil : try FailureFrame(&fields, count, bytes))
        case .credit: return .credit(id: id, items: Int(clamping: try fields.unsigned(bytes, last: true)))
        case .progress: return .progress(id: id, value: try fields.value(bytes))
        case .hello, .call, .notify, .ping, .pong, .goodbye, .proof, .release, .references:
            throw PayloadError(.malformed, "\(kind.phrase) belongs to no call")
        }
    }

    private static func position(
        _ fields: inout FieldReader,
        _ bytes: Span<UInt8>
    ) throws(PayloadError) -> StreamPosition? {
        guard let epoch = try fields.optionalText(bytes) else {
            _ = try fields.optionalUnsigned(bytes, last: true)
            return nil
        }
        let name = try MessagePack.readString(bytes.extracting(epoch))
        return StreamPosition(epoch: name, offset: try fields.unsigned(bytes, last: true))
    }
}

extension Frame.Kind {
    /// Returns whether a frame of this kind may have this number of fields, including its kind.
    fileprivate func takes(_ count: Int) -> Bool {
        switch self {
        case .hello: count >= 2
        case .call: count == 8
        case .failure: (6...9).contains(count)
        case .end: count == 2 || (6...9).contains(count)
        case .notify, .stream, .item: count == 4
        case .reply, .credit, .progress, .goodbye, .release: count == 3
        case .references: count == 3 || count == 4
        case .cancel, .ping, .pong, .proof: count == 2
        }
    }
}
