import PosternNIO
import SystemPackage

/// Both ends of the socket that connects a parent with a child which is about to be started.
struct ChildDescriptors {
    /// The end of the parent.
    var parent: FileDescriptor
    /// What the child gets as its standard input.
    var input: FileDescriptor
    /// What the child gets as its standard output: the same socket, or `nil` where that is for logs.
    var output: FileDescriptor?

    /// Makes them.
    ///
    /// - Throws: What the system says, as when too many descriptors are open.
    init(_ connection: TaskCommand.Connection) throws(Errno) {
        (parent, input) = try SocketPair.make()
        guard connection == .standardIO else { return }
        do throws(Errno) { output = try SocketPair.duplicate(input) } catch {
            close()
            throw error
        }
    }

    /// Closes all of them.
    private func close() {
        try? parent.close()
        closeEndsOfChild()
    }

    /// Closes what the child would have got.
    func closeEndsOfChild() {
        try? input.close()
        try? output?.close()
    }
}
