package import Postern
package import SystemPackage

/// Creates listening Unix sockets and their files.
package struct UnixListener {
    private let name: UnixSocketName
    private let mode: UInt16?
    private let group: UInt32?

    /// Creates a listener; checks its options without access to the file system.
    ///
    /// - Throws: `CallError` with `.invalidRequest` for a name or options that are not valid.
    package init(at path: String, _ options: SocketFileOptions) throws(CallError) {
        name = try UnixSocketName(path)
        if options.isSet, name.isAbstract { throw .noSocketFile(.unix(path: path)) }
        if let mode = options.mode, mode > 0o777 {
            let text = "0" + String(mode, radix: 8)
            throw CallError(.invalidRequest, "The mode \(text) of a socket file is above 0777", ran: .no)
        }
        mode = options.effectiveMode
        group = try options.group?.number
    }

    /// Creates a listening socket; replaces a socket file without a server.
    ///
    /// - Returns: The socket, and its file; `nil` for an abstract name.
    /// - Throws: `CallError` with `.unavailable` when the name is in use, or on a system error.
    package func listen() async throws(CallError) -> (socket: FileDescriptor, file: SocketFile?) {
        guard !name.isAbstract else { return try attempt(makeSocket) }
        return try await FolderLock.hold(name.folder) { () throws(CallError) in
            try removeStale()
            return try attempt(makeSocket)
        }
    }

    private func makeSocket() throws(Errno) -> (socket: FileDescriptor, file: SocketFile?) {
        let socket = try UnixSocketCalls.open()
        do throws(Errno) {
            let file = try bind(socket)
            try UnixSocketCalls.listen(socket)
            return (socket, file)
        } catch {
            try? socket.close()
            throw error
        }
    }

    private func bind(_ socket: FileDescriptor) throws(Errno) -> SocketFile? {
        // The file is private until its group and mode are set below, so no other user can connect before.
        if mode != nil { try UnixSocketCalls.setMode(ofFileToBe: socket, to: 0o600) }
        try UnixSocketCalls.bind(socket, to: name)
        guard !name.isAbstract, let file = try SocketFile(justBound: name) else { return nil }
        do throws(Errno) {
            if let group { try UnixSocketCalls.setGroup(of: name.text, to: group) }
            if let mode { try UnixSocketCalls.setMode(of: name.text, to: mode) }
        } catch {
            file.removeUnderLock()
            throw error
        }
        return file
    }

    private func removeStale() throws(CallError) {
        let found = try attempt { () throws(Errno) in try UnixSocketCalls.status(of: name.text) }
        guard let status = found else { return }
        guard status.isSocket else {
            throw refusal("already in use by a file that is not a socket; remove it, or choose another path")
        }
        guard try !attempt(isInUse) else { throw refusal("already in use by another server") }
        try attempt { () throws(Errno) in try UnixSocketCalls.remove(name.text) }
    }

    /// Returns whether a process listens on the socket of the file, by connecting to it.
    private func isInUse() throws(Errno) -> Bool {
        let probe = try UnixSocketCalls.open()
        defer { try? probe.close() }
        do throws(Errno) {
            try UnixSocketCalls.connect(probe, to: name)
            return true
        } catch .connectionRefused, .noSuchFileOrDirectory {
            return false
            // A full queue, or a socket of another type: a process has it open all the same.
        } catch .resourceTemporarilyUnavailable, .protocolWrongTypeForSocket {
            return true
        }
    }

    private func attempt<Outcome>(_ body: () throws(Errno) -> Outcome) throws(CallError) -> Outcome {
        do throws(Errno) { return try body() } catch { throw refusal(reason(error)) }
    }

    private func reason(_ error: Errno) -> String {
        switch error {
        case .addressInUse: "already in use by another server"
        case .noSuchFileOrDirectory: "the directory \(name.folder) does not exist"
        case .notDirectory: "\(name.folder) is not a directory"
        case .permissionDenied: "permission denied for the file or its directory \(name.folder)"
        case .notPermitted: "the file cannot be given to a group that this process is not a member of"
        default: "\(error)"
        }
    }

    private func refusal(_ reason: String) -> CallError {
        CallError(.unavailable, "Cannot listen at unix:\(name.text): \(reason)", ran: .no)
    }
}

extension CallError {
    /// Creates the error for socket file options at an address without a file.
    static func noSocketFile(_ address: Address) -> CallError {
        let message = "\(address) has no socket file, whose mode and group could be chosen"
        return CallError(.invalidRequest, message, ran: .no)
    }
}
