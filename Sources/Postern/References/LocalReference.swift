internal import Synchronization

/// A function or an object of this process that others may be given a reference to.
package final class LocalReference: Sendable {
    private struct State {
        var holders = ReferenceHolders()
        /// Taken by its one run.
        var onRelease: (@Sendable () -> Void)?
    }

    let router: Router
    /// Of the service, or of the one method of a function; empty for a whole router.
    let path: String
    let kind: ReferenceKind
    let name: String
    private let hasOwnLife: Bool
    private let state: Mutex<State>

    init(_ router: Router, path: String, _ kind: ReferenceKind, name: String, onRelease: (@Sendable () -> Void)?) {
        self.router = router
        self.path = path
        self.kind = kind
        self.name = name
        hasOwnLife = kind == .function || onRelease != nil
        state = Mutex(State(onRelease: onRelease))
    }

    /// The last handle is freed, which happens to one that no other end has received: its message was never written, or
    /// did not leave.
    deinit {
        // In a task: the handle may be freed under a lock that the function takes too.
        if let onRelease = state.withLock({ $0.onRelease.take() }) { Task { onRelease() } }
    }

    /// What makes it the same as another.
    var key: ReferenceHandle.Key {
        hasOwnLife ? .itself(ObjectIdentifier(self)) : .place(ObjectIdentifier(router), path)
    }

    /// One more connection has an entry for it.
    func gainHolder() { state.withLock { $0.holders.gain() } }

    /// A message with it has left.
    func noteSent() { state.withLock { $0.holders.noteSent() } }

    /// One connection less has an entry for it.
    func loseHolder() {
        let onRelease = state.withLock { $0.holders.lose() ? $0.onRelease.take() : nil }
        onRelease?()
    }
}

/// Who holds one function or object of this process, and when its owner learns that nothing holds it any more.
///
/// A holder is an entry in the table of exports of one connection: it begins with the first message that names the
/// function, written or not, and ends when no message and no other end needs it. The owner is notified once: when the
/// last holder ends after another end has received the function. One that no other end has received is kept by handles
/// in this process only, and its owner is notified when the last of those is freed.
struct ReferenceHolders: Sendable {
    private var count = 0
    private var wasSent = false

    /// Counts one more holder.
    mutating func gain() { count += 1 }

    /// Notes that a message with the function has left.
    mutating func noteSent() { wasSent = true }

    /// Counts one holder less.
    ///
    /// - Returns: Whether the owner is to be notified, if that has not happened before.
    mutating func lose() -> Bool {
        count -= 1
        return count == 0 && wasSent
    }
}
