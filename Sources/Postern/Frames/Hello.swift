/// The first frame in each direction: the version of the protocol, and the limits and features of its sender.
package struct Hello: Hashable, Sendable {
    /// The only version of the protocol.
    package static let supportedVersion: UInt64 = 1

    /// The minimum of ``maximumFrameBytes``: every frame without values fits it.
    static let leastFrameBytes = 64

    var version = Hello.supportedVersion
    /// The maximum size of a frame that the sender reads, in bytes after the length.
    var maximumFrameBytes = PeerLimits.standard.frameBytes
    /// The maximum number of hops of an error that the sender accepts.
    var maximumHops = 0
    /// The maximum number of calls that the sender serves at once.
    var maximumCallsInFlight: UInt32 = 128
    /// The maximum number of references that the sender holds of the receiver.
    var maximumReferences: UInt32 = 10_000
    /// The maximum number of streams that the sender produces besides calls; `nil` if it counts streams as calls.
    var maximumStreams: UInt32?
    /// Whether the sender accepts the name of an error.
    var takesNames = false
    /// Whether the sender accepts the identifier of an error in a log.
    var takesTraceIDs = false
    /// Whether the sender accepts that a message is marked as transcoded from JSON.
    var takesOrigin = false
    /// The name of the sender, for logs.
    var name = ""
    /// The nonce that the receiver's proof must include, if the sender requires authentication.
    var nonce: [UInt8]?

    /// Reads the map of a hello frame.
    ///
    /// Unknown names are ignored.
    mutating func readMembers(_ map: Span<UInt8>) throws(PayloadError) {
        // Into a copy: nothing of a map with an invalid member is used.
        var read = self
        try MessagePack.forEachMember(of: map) { (name, range) throws(PayloadError) in
            let value = map.extracting(range)
            switch name {
            case "frameBytes": read.maximumFrameBytes = try Self.readCount(value)
            case "callsInFlight": read.maximumCallsInFlight = UInt32(clamping: try Self.readCount(value))
            case "streams": read.maximumStreams = UInt32(clamping: try Self.readCount(value))
            case "references": read.maximumReferences = UInt32(clamping: try Self.readCount(value))
            case "hops": read.maximumHops = try Self.readCount(value)
            case "names": read.takesNames = try MessagePack.readBool(value)
            case "traceIds": read.takesTraceIDs = try MessagePack.readBool(value)
            case "json": read.takesOrigin = try MessagePack.readBool(value)
            case "name": read.name = try MessagePack.readString(value)
            case "auth": read.nonce = try MessagePack.readBytes(value)
            default: break
            }
        }
        self = read
    }

    /// Appends the map of a hello frame.
    func writeMembers(into output: inout [UInt8]) {
        var map = MessagePack.beginMap(into: &output)
        MessagePack.nextMember(named: "frameBytes", &map, into: &output)
        MessagePack.write(UInt64(clamping: maximumFrameBytes), into: &output)
        MessagePack.nextMember(named: "callsInFlight", &map, into: &output)
        MessagePack.write(UInt64(maximumCallsInFlight), into: &output)
        if let maximumStreams {
            MessagePack.nextMember(named: "streams", &map, into: &output)
            MessagePack.write(UInt64(maximumStreams), into: &output)
        }
        MessagePack.nextMember(named: "references", &map, into: &output)
        MessagePack.write(UInt64(maximumReferences), into: &output)
        // Members of features are left out where the feature is absent, as in the hello of an older peer.
        if maximumHops > 0 {
            MessagePack.nextMember(named: "hops", &map, into: &output)
            MessagePack.write(UInt64(clamping: maximumHops), into: &output)
        }
        if takesNames {
            MessagePack.nextMember(named: "names", &map, into: &output)
            MessagePack.write(true, into: &output)
        }
        if takesTraceIDs {
            MessagePack.nextMember(named: "traceIds", &map, into: &output)
            MessagePack.write(true, into: &output)
        }
        if takesOrigin {
            MessagePack.nextMember(named: "json", &map, into: &output)
            MessagePack.write(true, into: &output)
        }
        MessagePack.nextMember(named: "name", &map, into: &output)
        MessagePack.write(name, into: &output)
        if let nonce {
            MessagePack.nextMember(named: "auth", &map, into: &output)
            MessagePack.write(bytes: nonce.span, into: &output)
        }
        MessagePack.endMap(map, into: &output)
    }

    private static func readCount(_ value: Span<UInt8>) throws(PayloadError) -> Int {
        Int(clamping: try MessagePack.readUInt64(value))
    }
}
