/// The first frame in each direction: which version of the protocol is spoken, and what its sender takes.
package struct Hello: Hashable, Sendable {
    /// The only version there is.
    package static let supportedVersion: UInt64 = 1

    /// The smallest limit of frames that a side may have: every frame without values fits.
    static let leastFrameBytes = 64

    var version = Hello.supportedVersion
    /// The largest frame its sender reads, in bytes after the length.
    var maximumFrameBytes = PeerLimits.standard.frameBytes
    /// How many hops of an error its sender takes.
    var maximumHops = 0
    /// How many calls its sender serves at once.
    var maximumCallsInFlight: UInt32 = 128
    /// How many references its sender holds of the other side at most.
    var maximumReferences: UInt32 = 10_000
    /// How many streams its sender serves besides; `nil` for a sender that counts streams as calls in flight.
    var maximumStreams: UInt32?
    /// Whether its sender takes the name of an error.
    var takesNames = false
    /// Whether its sender takes the identifier of an error in a log.
    var takesTraceIDs = false
    /// Whether its sender takes it that a message says that it was JSON on its way.
    var takesOrigin = false
    /// What its sender calls itself; for logs.
    var name = ""
    /// What the other side's proof has to be about, where its sender demands one.
    var nonce: [UInt8]?

    /// Reads the map of a hello frame; names that are not known are passed over.
    mutating func readMembers(_ map: Span<UInt8>) throws(PayloadError) {
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
