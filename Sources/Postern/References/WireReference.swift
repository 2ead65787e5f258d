/// A reference as it stands in a message.
package struct WireReference: Hashable, Sendable {
    /// Whether it belongs to the one who receives the message, and comes home.
    package let isReturned: Bool
    package let kind: ReferenceKind
    package let number: UInt64

    package init(isReturned: Bool, kind: ReferenceKind, number: UInt64) {
        self.isReturned = isReturned
        self.kind = kind
        self.number = number
    }
}

/// Which references the values of one message hold, told in a frame before it.
package struct ReferenceNumbers: Hashable, Sendable {
    /// Those of the sender, by its numbers.
    package var lent: [UInt64] = []
    /// Those of the receiver, by the receiver's numbers.
    package var returned: [UInt64] = []
    /// Whether the values of the message were JSON on their way.
    var isFromJSON = false

    package init(lent: [UInt64] = [], returned: [UInt64] = []) {
        self.lent = lent
        self.returned = returned
    }
}

extension MessagePack: ReferenceCodec {
    /// The type byte of references: an extension of nine bytes, flags and the number.
    static let referenceType: UInt8 = 0x01
    private static let bytes = 9
    private static let returnedFlag: UInt8 = 1
    private static let objectFlag: UInt8 = 2

    /// Appends a reference, always in twelve bytes.
    package static func write(_ reference: WireReference, into output: inout [UInt8]) {
        output += [0xc7, UInt8(bytes), referenceType]
        append(flags(of: reference), reference.number, bytes: 8, to: &output)
    }

    /// Reads a reference.
    package static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference {
        let header = try MessagePackHeader(only: value)
        guard let reference = reference(at: header, in: value) else {
            throw .expected("a reference", found: header.phrase(in: value))
        }
        return reference
    }

    /// Replaces every reference in whole values that stand one behind the other.
    static func replaceReferences(
        in bytes: inout [UInt8],
        _ body: (WireReference) throws(PayloadError) -> WireReference
    ) throws(PayloadError) {
        var position = 0
        while position < bytes.count {
            let header = try MessagePackHeader(at: position, in: bytes.span)
            if let reference = reference(at: header, in: bytes.span) {
                let replacement = try body(reference)
                bytes[header.body] = flags(of: replacement)
                for index in 0..<8 {
                    let shift = UInt64(56 - 8 * index)
                    bytes[header.body + 1 + index] = UInt8(truncatingIfNeeded: replacement.number >> shift)
                }
            }
            position = header.next
        }
    }

    private static func flags(of reference: WireReference) -> UInt8 {
        (reference.isReturned ? returnedFlag : 0) | (reference.kind == .object ? objectFlag : 0)
    }

    static func reference(at header: MessagePackHeader, in value: Span<UInt8>) -> WireReference? {
        guard header.form == .extension, value[header.body - 1] == referenceType, header.count == bytes else {
            return nil
        }
        let flags = value[header.body]
        return WireReference(
            isReturned: flags & returnedFlag != 0,
            kind: flags & objectFlag != 0 ? .object : .function,
            number: value.bigEndian(at: header.body + 1, count: 8)
        )
    }
}

/// An encoding that can carry references.
package protocol ReferenceCodec: PayloadCodec {
    /// Reads a reference.
    static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference
    /// Appends a reference.
    static func write(_ reference: WireReference, into output: inout [UInt8])

    /// Writes one value in another encoding, in one pass, with its references named anew.
    static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Writes encoded arguments as another encoding carries them, in one pass, with their references named anew.
    static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError)
}

/// Gives what a reference of one connection is called on another.
package typealias ReferenceNaming = (WireReference) throws(PayloadError) -> WireReference
