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
