/// References between native peers.
extension Peer: ReferenceConnection {
    /// What the other end holds of this side, by number; empty once the connection has ended.
    public var exportedReferences: [ReferenceEntry] { references.exported }

    /// What this side holds of the other end, by number; empty once the connection has ended.
    public var importedReferences: [ReferenceEntry] { references.imported }

    package var codec: any PayloadCodec.Type { MessagePack.self }

    /// Finds what a path leads to, with the path from there; `nil` for a number that the other side does not hold.
    func findReference(_ path: String) -> (target: ReferenceHandle, path: String)? {
        guard let (number, method) = ReferencePath.parse(path) else { return nil }
        guard let target = references.target(of: number) else { return nil }
        return (target, target.path(of: method))
    }

    package func sendReleases() { change { state in state.release(references.takeDue()) } }
}
