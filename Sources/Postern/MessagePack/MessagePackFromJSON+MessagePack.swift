// What is the same as in `MessagePack`.

extension MessagePackFromJSON {
    package static func kind(of value: Span<UInt8>) throws(PayloadError) -> PayloadKind {
        try MessagePack.kind(of: value)
    }
    package static func readBool(_ value: Span<UInt8>) throws(PayloadError) -> Bool { try MessagePack.readBool(value) }
    package static func readDouble(_ value: Span<UInt8>) throws(PayloadError) -> Double {
        try MessagePack.readDouble(value)
    }
    package static func readString(_ value: Span<UInt8>) throws(PayloadError) -> String {
        try MessagePack.readString(value)
    }
    package static func forEachElement(
        of array: Span<UInt8>,
        _ body: (Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        try MessagePack.forEachElement(of: array, body)
    }
    package static func forEachMember(
        of map: Span<UInt8>,
        _ body: (String, Range<Int>) throws(PayloadError) -> Void
    ) throws(PayloadError) {
        try MessagePack.forEachMember(of: map, body)
    }
    package static func locateArguments(
        _ arguments: Span<UInt8>,
        for parameters: ParameterList
    ) throws(PayloadError) -> ArgumentRanges {
        try MessagePack.locateArguments(arguments, for: parameters)
    }
}

extension MessagePackFromJSON {
    package static func writeNull(into output: inout [UInt8]) { MessagePack.writeNull(into: &output) }
    package static func write(_ value: Bool, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(_ value: Int64, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(_ value: UInt64, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(_ value: Double, into output: inout [UInt8]) throws(PayloadError) {
        try MessagePack.write(value, into: &output)
    }
    package static func write(_ value: String, into output: inout [UInt8]) { MessagePack.write(value, into: &output) }
    package static func write(bytes: Span<UInt8>, into output: inout [UInt8]) {
        MessagePack.write(bytes: bytes, into: &output)
    }
    package static func write(_ value: Timestamp, into output: inout [UInt8]) throws(PayloadError) {
        try MessagePack.write(value, into: &output)
    }
    package static func beginArray(into output: inout [UInt8]) -> ContainerMark {
        MessagePack.beginArray(into: &output)
    }
    package static func nextElement(_ mark: inout ContainerMark, into output: inout [UInt8]) {
        MessagePack.nextElement(&mark, into: &output)
    }
    package static func endArray(_ mark: ContainerMark, into output: inout [UInt8]) {
        MessagePack.endArray(mark, into: &output)
    }
    package static func beginMap(into output: inout [UInt8]) -> ContainerMark { MessagePack.beginMap(into: &output) }
    package static func nextMember(named name: String, _ mark: inout ContainerMark, into output: inout [UInt8]) {
        MessagePack.nextMember(named: name, &mark, into: &output)
    }
    package static func endMap(_ mark: ContainerMark, into output: inout [UInt8]) {
        MessagePack.endMap(mark, into: &output)
    }
    package static func beginArguments(named: Bool, into output: inout [UInt8]) -> ContainerMark {
        MessagePack.beginArguments(named: named, into: &output)
    }
    package static func endArguments(_ mark: ContainerMark, named: Bool, into output: inout [UInt8]) {
        MessagePack.endArguments(mark, named: named, into: &output)
    }
}

extension MessagePackFromJSON: ReferenceCodec {
    package static func readReference(_ value: Span<UInt8>) throws(PayloadError) -> WireReference {
        try MessagePack.readReference(value)
    }
    package static func write(_ reference: WireReference, into output: inout [UInt8]) {
        MessagePack.write(reference, into: &output)
    }
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcode(value, to: target, into: &output)
    }
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any PayloadCodec.Type,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcodeArguments(arguments, to: target, into: &output)
    }
    package static func transcode(
        _ value: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcode(value, to: target, naming: naming, into: &output)
    }
    package static func transcodeArguments(
        _ arguments: Span<UInt8>,
        to target: any ReferenceCodec.Type,
        naming: @escaping ReferenceNaming,
        into output: inout [UInt8]
    ) throws(PayloadError) {
        try MessagePack.transcodeArguments(arguments, to: target, naming: naming, into: &output)
    }
}
