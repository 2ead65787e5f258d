import Synchronization

/// What the handlers of a connection note, because the error of a failed connection arrives elsewhere in another form.
final class ConnectionNotes: Sendable {
    private let state = Mutex(State())

    private struct State {
        var reason: String?
        var isUnread = false
        var opening: ContinuousClock.Instant?
        var hasAnswer = false
        var isLate = false
    }

    /// The reason why the connection failed, as a clause: the first one that was noted.
    var reason: String? { state.withLock(\.reason) }

    /// Notes a reason, unless there is one already.
    ///
    /// - Parameters:
    ///   - reason: The reason, as a clause.
    ///   - isUnread: Whether it also prevents that the server understands a request, or reads it at all.
    func note(_ reason: String, isUnread: Bool = false) {
        state.withLock { state in
            guard state.reason == nil else { return }
            (state.reason, state.isUnread) = (reason, isUnread)
        }
    }

    /// Notes that the connection is established.
    func noteOpen() { state.withLock { $0.opening = .now } }

    /// Notes that the server has sent something.
    func noteAnswer() { state.withLock { $0.hasAnswer = true } }

    /// Whether the connection was closed because there was no answer in time.
    var isLate: Bool { state.withLock(\.isLate) }

    /// Notes that the connection is closed because there is no answer in time, unless it has failed already.
    func noteLate() { state.withLock { $0.isLate = $0.reason == nil } }

    /// Returns what is known of the connection, which failed.
    ///
    /// - Parameters:
    ///   - reason: The reason where none was noted; `nil` when the server closed the connection.
    ///   - isSecure: Whether the connection is encrypted.
    ///   - isSent: Whether the request was sent.
    /// - Returns: The description of the connection.
    func failed(_ reason: String?, isSecure: Bool, isSent: Bool) -> FailedConnection {
        state.withLock { state in
            FailedConnection(
                reason: state.reason ?? reason,
                age: state.opening.map { .now - $0 },
                hasAnswer: state.hasAnswer,
                isSecure: isSecure,
                isSent: isSent && !state.isUnread
            )
        }
    }
}
