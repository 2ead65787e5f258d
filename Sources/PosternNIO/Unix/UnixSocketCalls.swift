import Glibc
package import SystemPackage

/// The system calls for Unix sockets and their files that are missing in SystemPackage.
enum UnixSocketCalls {
    /// The device and inode of a file, which are unique while it exists.
    struct FileIdentity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    /// The kind and identity of the file at a path, without following a symbolic link.
    struct Status: Hashable, Sendable {
        let identity: FileIdentity
        let isSocket: Bool
    }

    /// Creates a non-blocking stream socket that child processes do not inherit.
    static func open() throws(Errno) -> FileDescriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        try check(descriptor)
        return FileDescriptor(rawValue: descriptor)
    }

    /// Creates two connected stream sockets that child processes do not inherit.
    static func pair() throws(Errno) -> (FileDescriptor, FileDescriptor) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        var descriptors: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutablePointer(to: &descriptors) { tuple in
            unsafe tuple.withMemoryRebound(to: Int32.self, capacity: 2) { unsafe socketpair(AF_UNIX, type, 0, $0) }
        }
        try check(result)
        return (FileDescriptor(rawValue: descriptors.0), FileDescriptor(rawValue: descriptors.1))
    }

    /// Creates another descriptor of the same socket, which child processes do not inherit.
    static func duplicate(_ descriptor: FileDescriptor) throws(Errno) -> FileDescriptor {
        // At least 3: a process may have closed its standard streams, whose numbers would be reused.
        let copy = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, 3)
        try check(copy)
        return FileDescriptor(rawValue: copy)
    }

    /// Binds a socket to a name, which creates its file unless the name is abstract.
    static func bind(_ descriptor: FileDescriptor, to name: UnixSocketName) throws(Errno) {
        unsafe try check(withAddress(of: name) { unsafe Glibc.bind(descriptor.rawValue, $0, $1) })
    }

    /// Connects a socket to a server.
    ///
    /// - Throws: `.resourceTemporarilyUnavailable` when the server's accept queue is full.
    static func connect(_ descriptor: FileDescriptor, to name: UnixSocketName) throws(Errno) {
        unsafe try check(withAddress(of: name) { unsafe Glibc.connect(descriptor.rawValue, $0, $1) })
    }

    /// The most connections that wait to be accepted.
    static let backlog: Int32 = 1_024

    /// Starts to listen; a second call changes the length of the queue only.
    static func listen(_ descriptor: FileDescriptor) throws(Errno) {
        try check(Glibc.listen(descriptor.rawValue, backlog))
    }

    /// Sets the mode of the file that binding the socket will create, before the umask is applied.
    static func setMode(ofFileToBe descriptor: FileDescriptor, to mode: UInt16) throws(Errno) {
        try check(fchmod(descriptor.rawValue, mode_t(mode)))
    }

    static func setMode(of path: String, to mode: UInt16) throws(Errno) {
        unsafe try check(chmod(path, mode_t(mode)))
    }

    static func setGroup(of path: String, to group: UInt32) throws(Errno) {
        // The owner `.max`, which is -1 in C, stays as it is.
        unsafe try check(lchown(path, .max, group))
    }

    static func remove(_ path: String) throws(Errno) { unsafe try check(unlink(path)) }

    /// Returns the kind and identity of the file at a path; `nil` when there is none.
    static func status(of path: String) throws(Errno) -> Status? {
        var status = stat()
        do { try check(unsafe lstat(path, &status)) } catch .noSuchFileOrDirectory { return nil }
        return Status(
            identity: FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)),
            isSocket: status.st_mode & S_IFMT == S_IFSOCK
        )
    }

    /// Returns the number of a group; `nil` when the system has no group with this name.
    static func group(named name: String) -> UInt32? {
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        // Holds the members of the group as well; a larger group counts as unknown.
        var buffer = [CChar](repeating: 0, count: 65_536)
        let size = buffer.count
        let result = unsafe buffer.withUnsafeMutableBufferPointer { text in
            guard let base = text.baseAddress else { return EINVAL }
            return unsafe getgrnam_r(name, &entry, base, size, &found)
        }
        guard result == 0, unsafe found != nil else { return nil }
        return unsafe entry.gr_gid
    }

    /// Tries to lock an open folder; closing the descriptor releases the lock.
    static func lock(_ folder: FileDescriptor) -> Bool { flock(folder.rawValue, LOCK_EX | LOCK_NB) == 0 }

    private static func check(_ result: Int32) throws(Errno) {
        guard result < 0 else { return }
        throw Errno(rawValue: errno)
    }

    private static func withAddress(
        of name: UnixSocketName,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = name.bytes
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        // The exact length: every byte that it covers is part of an abstract name.
        let length = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path) + bytes.count
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, socklen_t(length)) }
        }
    }
}

/// Pairs of connected stream sockets that child processes do not inherit.
package enum SocketPair {
    /// Creates a pair.
    ///
    /// - Throws: The error of the system, such as `.tooManyOpenFiles`.
    package static func make() throws(Errno) -> (FileDescriptor, FileDescriptor) { try UnixSocketCalls.pair() }

    /// Creates another descriptor of the same socket.
    ///
    /// - Throws: The error of the system, such as `.tooManyOpenFiles`.
    package static func duplicate(_ socket: FileDescriptor) throws(Errno) -> FileDescriptor {
        try UnixSocketCalls.duplicate(socket)
    }
}
