import SystemPackage

/// The lock of a folder, under which servers bind and remove socket files.
///
/// Between the question whether a file is in use and its removal another server could bind the path, and a socket that
/// does not listen yet looks like one that a dead server has left behind. The lock is that of the folder itself, so that
/// nothing is left behind.
enum FolderLock {
    /// Runs some system calls while no other server binds or removes a file in the folder.
    ///
    /// Runs them without the lock when the folder cannot be read, or another program keeps the lock for half a second: any
    /// user that may read the folder can take it, and must not keep a server from starting.
    static func hold<Outcome, Failure: Error>(
        _ path: String,
        while body: () throws(Failure) -> Outcome
    ) async throws(Failure) -> Outcome {
        let folder = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
        defer { try? folder?.close() }
        var attempts = 0
        while let folder, attempts < 50, !UnixSocketCalls.lock(folder) {
            attempts += 1
            await pause()
        }
        return try body()
    }

    /// Waits also in a task that is cancelled, as a stopping server's may be.
    private static func pause() async { await Task { try? await Task.sleep(for: .milliseconds(10)) }.value }
}
