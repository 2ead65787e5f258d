internal import Synchronization

/// A function or an object of this process that can be passed by reference.
package final class LocalReference: Sendable {
    private struct State {
        var holders = ReferenceHolders()
        /// The callback of the owner; `nil` once it has run.
        var onRelease: (@Sendable () -> Void)?
    }

    let router: Router
    /// The path of the service, or of the single method of a function; empty for a whole router.
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

    deinit {
        // `onRelease` is still set if no peer has received the reference: its message was not written or not sent. It
        // runs later, because the last handle may be freed under a lock that the callback acquires too.
        if let onRelease = state.withLock({ $0.onRelease.take() }) { Self.callLater(onRelease) }
    }

    /// The callbacks of references that were freed, until a task takes all of them.
    private static let freed = Mutex<[@Sendable () -> Void]>([])

    /// Calls a function soon, in a task.
    ///
    /// A refused result frees all of its references, and a task for each would hold more memory than they did while the
    /// machine is busy.
    private static func callLater(_ onRelease: @escaping @Sendable () -> Void) {
        let isFirst = freed.withLock { freed in
            freed.append(onRelease)
            return freed.count == 1
        }
        guard isFirst else { return }
        Task { for onRelease in freed.withLock({ exchange(&$0, with: []) }) { onRelease() } }
    }

    /// The identity of the reference, by which its exports are found again.
    var key: ReferenceHandle.Key {
        hasOwnLife ? .itself(ObjectIdentifier(self)) : .place(ObjectIdentifier(router), path)
    }

    /// Counts one more connection that exports the reference.
    func gainHolder() { state.withLock { $0.holders.gain() } }

    /// Records that a message with the reference was sent.
    func noteSent() { state.withLock { $0.holders.noteSent() } }

    /// Counts one connection less that exports the reference, and runs `onRelease` after the last.
    func loseHolder() {
        // The callback is removed under the lock, so that it runs once, and runs after the lock is released.
        let onRelease = state.withLock { $0.holders.lose() ? $0.onRelease.take() : nil }
        onRelease?()
    }
}

/// The number of connections that export one function or object, which decides when its owner is notified.
///
/// A holder is an entry in the table of exports of one connection: it begins with the first message that names the
/// reference, sent or not, and ends when neither a message nor the other side needs it. The owner is notified once:
/// when the last holder ends after a peer has received the reference. A reference that no peer has received is retained
/// only by handles in this process, and its owner is notified when the last of those is freed.
struct ReferenceHolders: Sendable {
    private var count = 0
    private var wasSent = false

    /// Counts one more holder.
    mutating func gain() { count += 1 }

    /// Records that a message with the reference was sent.
    mutating func noteSent() { wasSent = true }

    /// Removes one holder.
    ///
    /// - Returns: Whether the owner must be notified, unless it was notified before.
    mutating func lose() -> Bool {
        count -= 1
        return count == 0 && wasSent
    }
}
