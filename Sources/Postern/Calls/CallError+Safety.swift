extension CallError {
    /// The error of a call by a way that is open to safe methods only, as GET is, of a method that may have effects.
    static func notSafe(_ path: String) -> CallError {
        CallError(
            .methodNotFound,
            "\(MethodPath.shown(path)) is not registered as safe, so it cannot be called this way; use POST",
            executed: .no,
            details: try? Payload(encoding: Value.map([.init(allow, .string(remedy))]), as: MessagePack.self)
        )
    }

    /// Whether the method exists, and only the way of calling it was wrong.
    package var isNotSafe: Bool {
        guard code == .methodNotFound, executed == .no, let details else { return false }
        return (try? Value(decoding: details))?[Self.allow] == .string(Self.remedy)
    }

    private static let allow = "allow"
    private static let remedy = "POST"
}
