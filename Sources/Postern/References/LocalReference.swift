internal import Synchronization

/// A function or an object of this process that others may be given a reference to.
package final class LocalReference: Sendable {
    private struct Holders {
        var count = 0
        var onRelease: (@Sendable () -> Void)?
    }

    let router: Router
    /// Of the service, or of the one method of a function; empty for a whole router.
    let path: String
    let kind: ReferenceKind
    let name: String
    private let hasOwnLife: Bool
    private let holders: Mutex<Holders>

    init(_ router: Router, path: String, _ kind: ReferenceKind, name: String, onRelease: (@Sendable () -> Void)?) {
        self.router = router
        self.path = path
        self.kind = kind
        self.name = name
        hasOwnLife = kind == .function || onRelease != nil
        holders = Mutex(Holders(onRelease: onRelease))
    }

    /// What makes it the same as another.
    var key: ReferenceHandle.Key {
        hasOwnLife ? .itself(ObjectIdentifier(self)) : .place(ObjectIdentifier(router), path)
    }

    /// One more connection holds it.
    func gainHolder() { holders.withLock { $0.count += 1 } }

    /// One connection less holds it; the first time that none does, its owner is told.
    func loseHolder() {
        let onRelease = holders.withLock { holders in
            holders.count -= 1
            return holders.count == 0 ? holders.onRelease.take() : nil
        }
        onRelease?()
    }
}
