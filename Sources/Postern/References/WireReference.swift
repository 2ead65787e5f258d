/// A reference as it is encoded in a message.
package struct WireReference: Hashable, Sendable {
    /// Whether the receiver of the message owns the reference.
    package let isReturned: Bool
    package let kind: ReferenceKind
    package let number: UInt64

    package init(isReturned: Bool, kind: ReferenceKind, number: UInt64) {
        self.isReturned = isReturned
        self.kind = kind
        self.number = number
    }
}

/// The numbers of the references in one message: the content of the references frame that precedes it.
package struct ReferenceNumbers: Hashable, Sendable {
    /// The references that the sender exports, by the sender's numbers.
    package var lent: [UInt64] = []
    /// The references that return to the receiver, by the receiver's numbers.
    package var returned: [UInt64] = []
    /// Whether the values of the message were transcoded from JSON.
    var isFromJSON = false

    package init(lent: [UInt64] = [], returned: [UInt64] = []) {
        self.lent = lent
        self.returned = returned
    }

    /// Whether there is no reference.
    var isEmpty: Bool { lent.isEmpty && returned.isEmpty }
}

extension MessagePack: ReferenceCodec {
    /// The type byte of references, a MessagePack extension.
    static let referenceType: UInt8 = 0x01
    // One byte of flags and eight of the number, big endian.
    private static let bytes = 9
    private static let returnedFlag: UInt8 = 1
    private static let objectFlag: UInt8 = 2

    /// Appends a reference, which always takes twelve bytes.
    package static func write(_ reference: WireReference, into output: inout [UInt8]) {
        // `ext 8` with its length; the size does not depend on the number, so that references are replaced in place.
        output += [0xc7, UInt8(bytes), referenceType]
        append(flags(of: reference), reference.number, bytes: 8, to: &output)
    }

    /// Decodes a reference.
    ///
    /// - Throws: `.typeMismatch` if the value is not a reference.
    package static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference {
        let header = try MessagePackHeader(only: value)
        guard let reference = reference(at: header, in: value) else {
            throw .expected("a reference", found: header.phrase(in: value))
        }
        return reference
    }

    /// Replaces every reference in a sequence of values, in place.
    ///
    /// - Parameters:
    ///   - bytes: Complete values without separators.
    ///   - body: A function that returns the replacement of a reference.
    /// - Throws: `.malformed` for an incomplete value, and what `body` throws.
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
            // `next` of a container is its first element, so every nested value is visited without recursion.
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
    /// Decodes a reference.
    static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference
    /// Appends a reference.
    static func write(_ reference: WireReference, into output: inout [UInt8])

    /// Appends one value in another encoding, in one pass, and renames its references.
    static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError)
    /// Appends encoded arguments as another encoding carries them, in one pass, and renames their references.
    static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError)
}

/// A function that returns the form that a reference of one connection has on another.
package typealias ReferenceNaming = (WireReference) throws(PayloadError) -> WireReference
