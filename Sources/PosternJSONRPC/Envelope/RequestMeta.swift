internal import Postern

/// What the `meta` object of a request asks for.
struct RequestMeta {
    var timeoutMilliseconds: Int64?
    /// The token as it came, quotes included.
    var progressToken: [UInt8]?
    var idempotencyKey: String?
    var since: StreamPosition?
    var policy: String?

    /// Reads a `meta` object, or nothing; members that are not known are passed over.
    ///
    /// - Throws: `.typeMismatch` and others for a known member of the wrong type, `.duplicateName`.
    init(_ meta: Span<UInt8>) throws(PayloadError) {
        guard meta.count > 0 else { return }
        var names = JSONNames()
        var walk = JSONContainerWalk(meta, from: 0)
        while let (name, value) = try walk.nextMember(meta) {
            let text = try JSON.string(between: name, in: meta)
            guard names.insert(name, in: meta) else { throw JSON.duplicate(text) }
            let bytes = meta.extracting(value)
            if JSON.isWord(bytes, "null") { continue }
            switch text {
            case "timeoutMs": timeoutMilliseconds = try Self.timeout(bytes)
            case "progressToken": progressToken = try Self.token(bytes)
            case "idempotencyKey": idempotencyKey = try Self.key(bytes)
            case "since": since = try Self.position(bytes)
            case "policy": policy = try JSON.readString(bytes)
            default: break
            }
        }
    }

    private static func timeout(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        let milliseconds = try JSON.readInt64(value)
        guard milliseconds >= 0 else { throw PayloadError(.outOfRange, "timeoutMs must not be negative") }
        return milliseconds
    }

    private static func token(_ value: Span<UInt8>) throws(PayloadError) -> [UInt8] {
        let kind = try JSON.kind(of: value)
        guard kind == .string || kind == .integer, value.count <= JSONRPCLimits.maximumNameBytes + 2 else {
            throw PayloadError(.typeMismatch, "progressToken must be a string or an integer")
        }
        return [UInt8](copying: value)
    }

    private static func key(_ value: Span<UInt8>) throws(PayloadError) -> String {
        guard value.count <= JSONRPCLimits.maximumNameBytes + 2 else {
            throw PayloadError(.outOfRange, "idempotencyKey must not be longer than 128 bytes")
        }
        return try JSON.readString(value)
    }

    private static func position(_ value: Span<UInt8>) throws(PayloadError) -> StreamPosition {
        let ranges = try JSON.locateArguments(value, for: ParameterList(["epoch", "seq"]))
        guard !ranges.isMissing(0), !ranges.isMissing(1) else {
            throw PayloadError(.missingArgument, "since takes epoch and seq")
        }
        return StreamPosition(
            epoch: try JSON.readString(value.extracting(ranges[0])),
            offset: try JSON.readUInt64(value.extracting(ranges[1]))
        )
    }
}
