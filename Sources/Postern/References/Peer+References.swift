private import Synchronization

/// References between native peers.
extension Peer: ReferenceConnection {
    /// What the other end holds of this side, by number; empty once the connection has ended.
    package var exportedReferences: [ReferenceEntry] { references.exported }

    /// What this side holds of the other end, by number; empty once the connection has ended.
    package var importedReferences: [ReferenceEntry] { references.imported }

    package var codec: any PayloadCodec.Type { MessagePack.self }

    /// Finds what a path leads to, with the path from there; `nil` for a number that the other side does not hold.
    func findReference(_ path: String) -> (target: ReferenceHandle, path: String)? {
        guard let (number, method) = ReferencePath.parse(path) else { return nil }
        guard let target = references.target(of: number) else { return nil }
        return (target, target.path(of: method))
    }

    /// Leaves them to who takes the output.
    package func releasesBecameDue() {
        areReleasesDue.store(true, ordering: .releasing)
        transport.outputBecameReady()
    }

    /// Writes what is to be given back; called by who is about to take the output.
    func writeReleases() {
        guard areReleasesDue.load(ordering: .relaxed),
            areReleasesDue.exchange(false, ordering: .acquiring)
        else { return }
        changeInTurn { state in state.release(references.takeReleases()) }
    }
}

/// What a reference leads to.
package enum ReferenceKind: String, Hashable, Sendable {
    /// A function: a ``Callback``.
    case function
    /// An object with methods: a ``Reference``.
    case object

    /// The word with its article.
    var phrase: String {
        switch self {
        case .function: "a function"
        case .object: "an object"
        }
    }
}

/// One reference of a connection, for diagnosis.
package struct ReferenceEntry: Hashable, Sendable {
    /// Its number on this connection.
    package let number: UInt64
    /// What it leads to; `nil` while nobody has read the message that brought it.
    package let kind: ReferenceKind?
    /// For people: what its owner calls it.
    package let description: String
    /// How often it has crossed the connection and was not given back.
    package let count: Int
}
