import PosternNIO
import SystemPackage

/// The ends of the socket pair between a parent and a child that is about to be started.
struct ChildDescriptors {
    /// The end of the parent.
    var parent: FileDescriptor
    /// The end that becomes the standard input of the child.
    var input: FileDescriptor
    /// The end that becomes the standard output of the child: the same socket, or `nil` when standard output carries
    /// logs.
    var output: FileDescriptor?
    /// The end of the parent of the control socket of a launcher; the launcher ends the program when it is closed.
    private(set) var control: FileDescriptor?

    /// Creates the socket pair.
    ///
    /// - Parameter connection: Whether the child reads and writes one descriptor or two.
    /// - Throws: The error of the system, such as `.tooManyOpenFiles`.
    init(_ connection: TaskCommand.Connection) throws(Errno) {
        (parent, input) = try SocketPair.make()
        guard connection == .standardIO else { return }
        do throws(Errno) { output = try SocketPair.duplicate(input) } catch {
            close()
            throw error
        }
    }

    /// Replaces the descriptors of the child by a control socket, over which a launcher receives them.
    ///
    /// The channel is then open in the program alone. If the processes between this one and the program held it open
    /// too, this process would not be notified when the program closes it.
    ///
    /// - Throws: The error of the system, such as `.tooManyOpenFiles`.
    mutating func passThroughLauncher() throws(Errno) {
        let (near, far) = try SocketPair.make()
        do throws(Errno) {
            try DescriptorPassing.send(input, over: near)
            let farOutput = output == nil ? nil : try SocketPair.duplicate(far)
            // The message in the socket keeps the channel open until the launcher receives it.
            closeEndsOfChild()
            (control, input, output) = (near, far, farOutput)
        } catch {
            try? near.close()
            try? far.close()
            throw error
        }
    }

    /// Closes the control socket; called when the process has ended.
    func closeControl() { try? control?.close() }

    /// Closes both ends.
    private func close() {
        try? parent.close()
        closeEndsOfChild()
    }

    /// Closes the descriptors that are meant for the child.
    func closeEndsOfChild() {
        try? input.close()
        try? output?.close()
    }
}
