package import SystemPackage

/// Two stream sockets that are connected to each other, and closed in programs that this one starts.
package enum SocketPair {
    /// Makes them.
    ///
    /// - Throws: What the system says, as when too many descriptors are open.
    package static func make() throws(Errno) -> (FileDescriptor, FileDescriptor) { try UnixSocketCalls.pair() }

    /// Another descriptor of the same socket, which programs that this one starts do not inherit either.
    ///
    /// - Throws: What the system says, as when too many descriptors are open.
    package static func duplicate(_ socket: FileDescriptor) throws(Errno) -> FileDescriptor {
        try UnixSocketCalls.duplicate(socket)
    }
}
