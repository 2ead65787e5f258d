extension CallError {
    /// A peer through which an error was returned, and the call that it served.
    public struct Hop: Hashable, Sendable {
        /// The path of the method; `$` for a ``Callback``, `$/` and the name for a method of a ``Reference``.
        public var method: String
        /// The name that the peer has in its hello; empty if it has none.
        public var peer: String
        /// A description of the error at that peer, for people; `nil` if the peer does not send traces.
        public var trace: String?

        /// Creates a hop.
        package init(method: String, peer: String, trace: String? = nil) {
            self.method = method
            self.peer = peer
            self.trace = trace
        }

        var place: String { peer.isEmpty ? method : "\(method) at \(peer)" }
    }

    /// Returns the error as a peer that served the call sends it: with that peer as the last hop.
    ///
    /// A peer that does not send its own trace removes all others too.
    func passed(through hop: Hop, sendsTraces: Bool, _ limits: PeerLimits) -> CallError {
        var all = hops
        if !sendsTraces {
            for index in all.indices { all[index].trace = nil }
        }
        // Beyond the limit, hops nearest to the origin are kept: errors of a cycle of calls stay small.
        if all.count < limits.errorHops {
            all.append(hop)
            if sendsTraces { all[all.count - 1].trace = localTrace }
        }
        Self.cutTraces(of: &all, to: limits.errorTraceBytes)
        var error = self
        // What the handler threw is private to this process.
        error.change { content in
            content.hops = all
            content.origin = nil
            content.unfinished = nil
        }
        return error
    }

    /// Returns the error without the fields that the remote peer does not accept according to its hello.
    func limited(to remote: Hello) -> CallError {
        var error = self
        if hops.count > remote.maximumHops { error.hops = Array(hops.prefix(remote.maximumHops)) }
        if !remote.takesNames { error.chosenName = nil }
        if !remote.takesTraceIDs, traceID != nil { error.traceID = nil }
        return error
    }

    /// A description of the error for a log.
    var logText: String { origin.map(Self.text) ?? hops.first?.trace ?? message }

    /// The trace of this peer.
    private var localTrace: String {
        // Errors in Swift carry no stack trace, so it consists of a description.
        if let origin { return Self.text(of: origin) }
        return hops.isEmpty ? "CallError \(code.rawValue) (\(name.word)): \(message)" : "passed on"
    }

    /// Returns the type and the description of an error.
    private static func text(of error: any Error) -> String {
        let name = String(describing: type(of: error))
        let text = error is any CustomDebugStringConvertible ? String(reflecting: error) : String(describing: error)
        return text.hasPrefix(name) ? text : "\(name): \(text)"
    }

    /// Truncates traces to a total number of bytes; those nearest to the origin are kept.
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
    /// The message, followed by the hops, of which the first is the peer whose handler failed.
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
    /// Returns the longest prefix that takes at most this number of UTF-8 bytes.
    func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        // An index within a Unicode scalar is rounded down to its start.
        return String(self[..<utf8.index(startIndex, offsetBy: max(0, bytes))])
    }
}
