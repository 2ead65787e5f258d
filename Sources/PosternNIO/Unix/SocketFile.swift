import SystemPackage

/// The file of a Unix socket that this process has bound, identified by its inode.
package struct SocketFile: Sendable {
    private let name: UnixSocketName
    private let identity: UnixSocketCalls.FileIdentity

    /// Creates the identity of a file that was just bound; returns `nil` when the file was removed already.
    init?(justBound name: UnixSocketName) throws(Errno) {
        guard let status = try UnixSocketCalls.status(of: name.text) else { return nil }
        self.name = name
        identity = status.identity
    }

    /// Removes the file, unless a later server has put another one at its path.
    ///
    /// The socket must still be open: once it is closed, the system may use the inode for another file.
    package func remove() async { await FolderLock.hold(name.folder) { removeUnderLock() } }

    /// Removes the file; the caller holds the ``FolderLock``.
    func removeUnderLock() {
        guard let status = try? UnixSocketCalls.status(of: name.text), status.identity == identity else { return }
        try? UnixSocketCalls.remove(name.text)
    }
}
