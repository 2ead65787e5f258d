import Synchronization

/// What the handlers of a connection note, because the error of a failed connection arrives elsewhere in another form.
final class ConnectionNotes: Sendable {
    private let state = Mutex(State())

    private struct State {
        var reason: String?
        var wasOpen = false
        var hasAnswer = false
    }

    /// The reason why the connection failed, as a clause: the first one that was noted.
    var reason: String? { state.withLock(\.reason) }

    /// Whether the connection was established.
    var wasOpen: Bool { state.withLock(\.wasOpen) }

    /// Whether the server has sent anything.
    var hasAnswer: Bool { state.withLock(\.hasAnswer) }

    /// Notes a reason, unless there is one already.
    func note(_ reason: String) { state.withLock { $0.reason = $0.reason ?? reason } }

    /// Notes that the connection is established.
    func noteOpen() { state.withLock { $0.wasOpen = true } }

    /// Notes that the server has sent something.
    func noteAnswer() { state.withLock { $0.hasAnswer = true } }
}
