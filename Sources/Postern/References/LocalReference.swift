internal import Synchronization

/// A function or an object of this process that others may be given a reference to.
package final class LocalReference: Sendable {
    private struct Life {
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
    private let life: Mutex<Life>

    init(_ router: Router, path: String, _ kind: ReferenceKind, name: String, onRelease: (@Sendable () -> Void)?) {
        self.router = router
        self.path = path
        self.kind = kind
        self.name = name
        hasOwnLife = kind == .function || onRelease != nil
        life = Mutex(Life(onRelease: onRelease))
    }

    /// The last handle is freed, which happens to one that no other end has received: its message was never written, or
    /// did not leave.
    deinit {
        // In a task: the handle may be freed under a lock that the function takes too.
        if let onRelease = life.withLock({ $0.onRelease.take() }) { Task { onRelease() } }
    }

    /// What makes it the same as another.
    var key: ReferenceHandle.Key {
        hasOwnLife ? .itself(ObjectIdentifier(self)) : .place(ObjectIdentifier(router), path)
    }

    /// One more connection has an entry for it.
    func gainHolder() { life.withLock { $0.holders.gain() } }

    /// A message with it has left.
    func noteLent() { life.withLock { $0.holders.noteLent() } }

    /// One connection less has an entry for it.
    func loseHolder() {
        let onRelease = life.withLock { $0.holders.lose() ? $0.onRelease.take() : nil }
        onRelease?()
    }
}
