import SystemPackage

/// An advisory lock on a folder, under which servers bind and remove socket files.
///
/// Without it another server could bind the path between the check that a file is unused and its removal, and a socket
/// that does not listen yet looks like that of a dead server. The folder itself is locked, so there is no lock file to
/// clean up.
enum FolderLock {
    /// Runs a function while no other server binds or removes a file in the folder.
    ///
    /// It runs without the lock when the folder cannot be read, or another process holds the lock for half a second:
    /// every user that may read the folder can lock it, and must not be able to keep a server from starting.
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

    /// Sleeps for 10 ms even in a cancelled task, which that of a stopping server may be.
    private static func pause() async { await Task { try? await Task.sleep(for: .milliseconds(10)) }.value }
}
