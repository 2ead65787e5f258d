extension CallError {
    /// One end of a connection through which an error came, and the call that it served.
    public struct Hop: Hashable, Sendable {
        /// Path of the method that was called there; `$` for a function that was lent, `$/` and the name for a method
        /// of an object that was lent.
        public var method: String
        /// What that end calls itself in its hello; empty where it has no name.
        public var peer: String
        /// What happened there, for people; `nil` where that end does not tell.
        public var trace: String?

        /// Describes an end that served a call.
        package init(method: String, peer: String, trace: String? = nil) {
            self.method = method
            self.peer = peer
            self.trace = trace
        }

        var place: String { peer.isEmpty ? method : "\(method) at \(peer)" }
    }

    /// The error as an end that served a call tells it to the caller: with that end as its last hop.
    ///
    /// An end that does not send its own trace passes on no other either.
    func passed(through hop: Hop, sendsTraces: Bool, _ limits: PeerLimits) -> CallError {
        var all = hops
        if !sendsTraces {
            for index in all.indices { all[index].trace = nil }
        }
        if all.count < limits.errorHops {
            all.append(hop)
            if sendsTraces { all[all.count - 1].trace = localTrace }
        }
        Self.cutTraces(of: &all, to: limits.errorTraceBytes)
        var error = self
        error.change { content in
            content.hops = all
            content.origin = nil
            content.unfinished = nil
        }
        return error
    }

    /// The error without what the other end does not take, by its hello: hops, a name beside the code, an identifier.
    func limited(to remote: Hello) -> CallError {
        var error = self
        if hops.count > remote.maximumHops { error.hops = Array(hops.prefix(remote.maximumHops)) }
        if !remote.takesNames { error.chosenName = nil }
        if !remote.takesTraceIDs, traceID != nil { error.traceID = nil }
        return error
    }

    /// What the error says of itself, for a log.
    var logText: String { origin.map(Self.text) ?? hops.first?.trace ?? message }

    /// What can be told of the end at which the error is.
    ///
    /// Errors of Swift know no stack: where one is caught, that of who threw it is gone.
    private var localTrace: String {
        if let origin { return Self.text(of: origin) }
        return hops.isEmpty ? "CallError \(code.rawValue) (\(name.word)): \(message)" : "passed on"
    }

    /// The type of an error and what the error says of itself.
    private static func text(of error: any Error) -> String {
        let name = String(describing: type(of: error))
        let text = error is any CustomDebugStringConvertible ? String(reflecting: error) : String(describing: error)
        return text.hasPrefix(name) ? text : "\(name): \(text)"
    }

    /// Shortens traces until all of them together are no longer; those nearest to the origin stay.
    private static func cutTraces(of hops: inout [Hop], to limit: Int) {
        var left = limit
        for index in hops.indices {
            guard let trace = hops[index].trace?.cut(to: left) else { continue }
            hops[index].trace = trace
            left -= trace.utf8.count
        }
    }
}

extension CallError: CustomStringConvertible {
    /// The message, and below it the ends through which the error came, 1 for the one whose handler failed.
    public var description: String {
        guard !hops.isEmpty else { return message }
        let title = hops.contains { $0.trace != nil } ? "Remote trace" : "Remote call"
        return hops.enumerated().reduce(message) { text, entry in
            let lines = entry.element.trace?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
            return "\(text)\n\(title) (\(entry.offset + 1)): \(entry.element.place)"
                + lines.map { "\n    \($0)" }.joined()
        }
    }
}

extension String {
    /// As much of the beginning as fits into so many bytes of UTF-8.
    func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        return String(self[..<utf8.index(startIndex, offsetBy: max(0, bytes))])
    }
}
