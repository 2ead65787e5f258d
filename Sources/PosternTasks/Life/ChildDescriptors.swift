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
    /// The other end of the control socket of a launcher, which is open for as long as the process may run.
    private(set) var control: FileDescriptor?

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

    /// Has a launcher start the child: the launcher gets a control socket, over which it receives the channel.
    ///
    /// The channel is then open in the program alone, and not in the processes between this one and the program: what
    /// they hold open would keep this process from noticing that the program has closed it.
    ///
    /// - Throws: What the system says, as when too many descriptors are open.
    mutating func passThroughLauncher() throws(Errno) {
        let (near, far) = try SocketPair.make()
        do throws(Errno) {
            try DescriptorPassing.send(input, over: near)
            let farOutput = output == nil ? nil : try SocketPair.duplicate(far)
            closeEndsOfChild()
            (control, input, output) = (near, far, farOutput)
        } catch {
            try? near.close()
            try? far.close()
            throw error
        }
    }

    /// Closes the control socket, once the process has ended.
    func closeControl() { try? control?.close() }

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
