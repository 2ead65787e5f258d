import Postern

/// The bytes of a payload, with readers without span parameters, because `#expect` cannot capture a span.
struct Packed {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(_ bytes: UInt8...) { self.bytes = bytes }

    func kind() throws(PayloadError) -> PayloadKind { try MessagePack.kind(of: bytes.span) }
    func bool() throws(PayloadError) -> Bool { try MessagePack.readBool(bytes.span) }
    func int64() throws(PayloadError) -> Int64 { try MessagePack.readInt64(bytes.span) }
    func uint64() throws(PayloadError) -> UInt64 { try MessagePack.readUInt64(bytes.span) }
    func double() throws(PayloadError) -> Double { try MessagePack.readDouble(bytes.span) }
    func string() throws(PayloadError) -> String { try MessagePack.readString(bytes.span) }
    func rawBytes() throws(PayloadError) -> [UInt8] { try MessagePack.readBytes(bytes.span) }
    func fromJSON<Value: Decodable>(_ type: Value.Type) throws(PayloadError) -> Value {
        try MessagePackFromJSON.decode(type, from: bytes.span)
    }
    func timestamp() throws(PayloadError) -> Timestamp { try MessagePack.readTimestamp(bytes.span) }
    func validate(_ limits: PayloadLimits = .standard) throws(PayloadError) {
        try MessagePack.validate(bytes.span, limits: limits)
    }
    func end() throws(PayloadError) -> Int { try MessagePack.end(ofValueAt: 0, in: bytes.span) }

    func elements() throws(PayloadError) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        try MessagePack.forEachElement(of: bytes.span) { (range) throws(PayloadError) in ranges.append(range) }
        return ranges
    }

    func members() throws(PayloadError) -> [String: Range<Int>] {
        var ranges: [String: Range<Int>] = [:]
        try MessagePack.forEachMember(of: bytes.span) { (name, range) throws(PayloadError) in ranges[name] = range }
        return ranges
    }

    /// Returns the value transcoded to MessagePack.
    func rewritten() throws(PayloadError) -> [UInt8] {
        var output: [UInt8] = []
        try MessagePack.transcode(bytes.span, to: MessagePack.self, into: &output)
        return output
    }

    func rewrittenArguments() throws(PayloadError) -> [UInt8] {
        var output: [UInt8] = []
        try MessagePack.transcodeArguments(bytes.span, to: MessagePack.self, into: &output)
        return output
    }

    /// Returns the bytes of the argument for each parameter, or `nil` for a missing one.
    func arguments(_ names: [String]) throws(PayloadError) -> [[UInt8]?] {
        let ranges = try MessagePack.locateArguments(bytes.span, for: ParameterList(names))
        return names.indices.map { ranges.isMissing($0) ? nil : Array(bytes[ranges[$0]]) }
    }

    static func writing(_ body: (inout [UInt8]) throws -> Void) rethrows -> [UInt8] {
        var output: [UInt8] = []
        try body(&output)
        return output
    }
}

/// Returns the reason of the error that a closure throws, or `nil` if it does not throw.
func reason(_ body: () throws(PayloadError) -> some Any) -> PayloadError.Reason? {
    do throws(PayloadError) { _ = try body() } catch { return error.reason }
    return nil
}
