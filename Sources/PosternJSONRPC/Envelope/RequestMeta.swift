internal import Postern

/// The extensions that the `meta` object of a request asks for.
struct RequestMeta {
    /// The time that the client waits, in milliseconds.
    var timeoutMilliseconds: Int64?
    /// The bytes of the progress token, quotes included.
    var progressToken: [UInt8]?
    /// The position after which a subscriber requests all events.
    var since: StreamPosition?

    /// The members that are specified but not implemented: a call that relies on one must not run.
    private static let unsupported: Set<String> = ["bigIntegers", "explain", "idempotencyKey", "policy"]

    /// Reads a `meta` object.
    ///
    /// Unknown members are ignored, and so are members with the value `null`.
    ///
    /// - Parameters:
    ///   - meta: The bytes of the object; empty if the request has none.
    ///   - mayResume: Whether the method delivers a topic, so that `since` is valid.
    /// - Throws: `.invalidRequest` for a repeated member or one of the wrong type, `.invalidParameters` for one that is
    ///   not implemented or not valid for the method.
    init(_ meta: Span<UInt8>, mayResume: Bool = false) throws(CallError) {
        guard meta.count > 0 else { return }
        let unsupported: String?
        do throws(PayloadError) {
            unsupported = try read(meta)
        } catch { throw .invalidRequest("meta: \(error.message)") }
        if let unsupported { throw .notSupported("meta.\(unsupported)") }
        if since != nil, !mayResume {
            let text = "meta.since is for rpc.subscribe alone, so nothing was run: leave it out"
            throw CallError(.invalidParameters, text, ran: .no)
        }
    }

    /// Reads all members, so that a fault of the object is reported before an unsupported member.
    ///
    /// - Returns: The first member that is not implemented, or `nil`.
    private mutating func read(_ meta: Span<UInt8>) throws(PayloadError) -> String? {
        var names = JSONNames()
        var unsupported: String?
        var walk = JSONContainerWalk(meta, from: 0)
        while let (name, value) = try walk.nextMember(meta) {
            let text = try JSON.string(between: name, in: meta)
            guard names.insert(name, in: meta) else { throw .duplicate(text) }
            let bytes = meta.extracting(value)
            if JSON.isWord(bytes, "null") { continue }
            switch text {
            case "timeoutMs": timeoutMilliseconds = try Self.timeout(bytes)
            case "progressToken": progressToken = try Self.token(bytes)
            case "since": since = try Self.position(bytes)
            case let text where Self.unsupported.contains(text): unsupported = unsupported ?? text
            default: break
            }
        }
        return unsupported
    }

    private static func timeout(_ value: Span<UInt8>) throws(PayloadError) -> Int64 {
        let milliseconds: Int64
        do throws(PayloadError) { milliseconds = try JSON.readInt64(value) } catch {
            guard error.reason == .outOfRange else { throw error }
            // A timeout too large for 64 bits never passes, whatever its size.
            milliseconds = value[0] == UInt8(ascii: "-") ? -1 : .max
        }
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

    private static func position(_ value: Span<UInt8>) throws(PayloadError) -> StreamPosition {
        let ranges = try JSON.locateArguments(value, for: ParameterList(["epoch", "seq"]))
        guard !ranges.isMissing(0), !ranges.isMissing(1) else {
            throw PayloadError(.missingArgument, "since takes epoch and seq")
        }
        let epoch = try JSON.readString(value.extracting(ranges[0]))
        // It is kept until the events since the position have been sent.
        guard epoch.utf8.count <= JSONRPCLimits.maximumNameBytes else {
            throw PayloadError(.outOfRange, "epoch is longer than \(JSONRPCLimits.maximumNameBytes) bytes")
        }
        return StreamPosition(
            epoch: epoch,
            offset: try JSON.readUInt64(value.extracting(ranges[1]))
        )
    }
}

extension CallError {
    /// Returns the error for a part of a request that is specified but not implemented.
    static func notSupported(_ part: String) -> CallError {
        CallError(.invalidParameters, "\(part) is not supported, so nothing was run: leave it out", ran: .no)
    }
}
