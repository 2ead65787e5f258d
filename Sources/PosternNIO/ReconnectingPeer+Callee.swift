public import Postern

extension ReconnectingPeer: Callee {
    /// Sends one call and waits for its reply; a wait for a connection is part of the timeout.
    ///
    /// - Throws: What ``dispatch(_:)`` throws.
    public func reply<each Argument: Encodable>(
        to method: String,
        _ arguments: repeat each Argument,
        timeout: Duration?
    ) async throws(CallError) -> Reply {
        let deadline = timeout.map { ContinuousClock.now.later(by: $0) }
        let peer = try await connection(until: deadline)
        return try await peer.reply(to: method, repeat each arguments, timeout: deadline.map { $0.timeLeft() })
    }
}
