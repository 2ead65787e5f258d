import Synchronization

/// A connection that holds much, as the ledger of the process knows it.
final class MemoryHolder: Sendable {
    /// The number of bytes held, as far as they were passed on.
    let bytes = Atomic(0)
    private let isCut = Atomic(false)
    private let onCut: (@Sendable () -> Void)?

    init(onCut: (@Sendable () -> Void)?) { self.onCut = onCut }

    /// Whether the connection is being cut, so that its bytes are released soon.
    var isBeingCut: Bool { isCut.load(ordering: .relaxed) }

    /// Marks the connection as one that is being cut.
    func markCut() { isCut.store(true, ordering: .relaxed) }

    /// Cuts the connection.
    func cut() { onCut?() }
}
