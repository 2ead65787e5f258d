import SystemPackage

/// The file of a Unix socket that this process has bound.
package struct SocketFile: Sendable {
    private let name: UnixSocketName
    private let identity: UnixSocketCalls.FileIdentity

    /// Notes which file has just been bound; `nil` when it was removed at once.
    init?(justBound name: UnixSocketName) throws(Errno) {
        guard let status = try UnixSocketCalls.status(of: name.text) else { return nil }
        self.name = name
        identity = status.identity
    }

    /// Removes the file, unless another one has its path by now: that of a server that was started since.
    ///
    /// The socket is still open then, as the system could use the inode again afterwards.
    package func remove() async { await FolderLock.hold(name.folder) { removeUnderLock() } }

    func removeUnderLock() {
        guard let status = try? UnixSocketCalls.status(of: name.text), status.identity == identity else { return }
        try? UnixSocketCalls.remove(name.text)
    }
}
