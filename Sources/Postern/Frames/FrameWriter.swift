/// Appends frames to bytes that will be sent, each with its length in front.
enum FrameWriter {
    /// Begins a frame and gives where it stands; every frame begun is ended or taken back.
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

    /// Begins a frame that belongs to a call.
    @inline(__always)
    static func begin(_ kind: Frame.Kind, fields: UInt8, id: UInt64, into output: inout [UInt8]) -> Int {
        let start = begin(kind, fields: fields, into: &output)
        MessagePack.write(id, into: &output)
        return start
    }

    /// Ends a frame by writing its length; one larger than the limit is taken back.
    ///
    /// Frames that hold nothing but numbers are below every limit; see ``Hello/leastFrameBytes``.
    ///
    /// - Returns: Whether the frame stands.
    @inline(__always)
    @discardableResult
    static func end(_ start: Int, limit: Int = .max, in output: inout [UInt8]) -> Bool {
        let length = output.count - start - FrameSplitter.lengthBytes
        guard length <= limit, let exact = UInt32(exactly: length) else {
            takeBack(start, in: &output)
            return false
        }
        output[start] = UInt8(truncatingIfNeeded: exact >> 24)
        output[start + 1] = UInt8(truncatingIfNeeded: exact >> 16)
        output[start + 2] = UInt8(truncatingIfNeeded: exact >> 8)
        output[start + 3] = UInt8(truncatingIfNeeded: exact)
        return true
    }

    /// Takes a begun frame back.
    static func takeBack(_ start: Int, in output: inout [UInt8]) { output.removeLast(output.count - start) }

    static func writeHello(_ hello: Hello, into output: inout [UInt8]) {
        let start = begin(.hello, fields: 3, into: &output)
        MessagePack.write(hello.version, into: &output)
        hello.writeMembers(into: &output)
        end(start, in: &output)
    }

    /// Appends a frame that holds nothing but numbers, the first of which is that of a call or a ping.
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

    /// Appends what is told before a message with references.
    ///
    /// - Returns: Whether the frame stands; a larger one than the limit is taken back.
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

    /// Appends a goodbye; its text is cut to what fits, and to what a side takes before the hello has arrived.
    static func writeGoodbye(code: Int, _ text: String, limit: Int, into output: inout [UInt8]) {
        let start = begin(.goodbye, fields: 3, into: &output)
        MessagePack.write(Int64(code), into: &output)
        let room = min(limit, PeerLimits.standard.unprovenBytes) - mostBytesOfNumbers
        MessagePack.write(text.cut(to: room), into: &output)
        end(start, in: &output)
    }

    static func writeProof(_ proof: [UInt8], into output: inout [UInt8]) {
        let start = begin(.proof, fields: 2, into: &output)
        MessagePack.write(bytes: proof.span, into: &output)
        end(start, in: &output)
    }

    /// More than the fields of a frame take that are no values: numbers, and the lengths of texts.
    static let mostBytesOfNumbers = 28
}
