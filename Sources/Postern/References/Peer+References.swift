private import Synchronization

extension Peer: ReferenceConnection {
    /// The references that this side exports, ordered by number; empty once the connection has closed.
    package var exportedReferences: [ReferenceEntry] { references.exported }

    /// The references of the other side that this side holds, ordered by number; empty once the connection has closed.
    package var importedReferences: [ReferenceEntry] { references.imported }

    package var codec: any PayloadCodec.Type { MessagePack.self }

    /// Resolves a path that names a reference.
    ///
    /// - Returns: The target and the path of the method there, or `nil` if the other side does not hold the number.
    func findReference(_ path: String) -> (target: ReferenceHandle, path: String)? {
        guard let (number, method) = ReferencePath.parse(path) else { return nil }
        guard let target = references.target(of: number) else { return nil }
        return (target, target.path(of: method))
    }

    /// Schedules the due releases to be sent with the next output.
    ///
    /// May be called under any lock, so it only sets a flag and wakes the transport.
    package func releasesBecameDue() {
        areReleasesDue.store(true, ordering: .releasing)
        transport.outputBecameReady()
    }

    /// Writes the due releases; called before the transport takes the output.
    func writeReleases() {
        // Called for every output, nearly always without a due release: a relaxed load is cheaper than an exchange.
        guard areReleasesDue.load(ordering: .relaxed),
            areReleasesDue.exchange(false, ordering: .acquiring)
        else { return }
        changeInTurn { state in state.release(references.takeReleases()) }
    }
}

/// The kind of target that a reference has.
package enum ReferenceKind: String, Hashable, Sendable {
    /// A function: a ``Callback``.
    case function
    /// An object with methods: a ``Reference``.
    case object

    /// The kind with an indefinite article, for messages.
    var phrase: String {
        switch self {
        case .function: "a function"
        case .object: "an object"
        }
    }
}

/// One reference of a connection, for diagnostics.
package struct ReferenceEntry: Hashable, Sendable {
    /// The number of the reference on this connection.
    package let number: UInt64
    /// The kind of the reference; `nil` until a message with it has been decoded.
    package let kind: ReferenceKind?
    /// A description for people: the name that the owner chose.
    package let description: String
    /// The number of messages with the reference that were sent and not released.
    package let count: Int
}
