/// Stands for a function or an object that lives at the other end of a connection.
///
/// There is one for each number while it lives; when it goes, the number is given back.
final class RemoteReference: Sendable {
    let peer: Peer
    let number: UInt64
    let kind: ReferenceKind
    /// The path of a function there.
    let path: String

    init(peer: Peer, number: UInt64, kind: ReferenceKind) {
        self.peer = peer
        self.number = number
        self.kind = kind
        path = ReferencePath.text(number, "")
    }

    deinit { peer.letGo([number]) }
}
