import Glibc
package import SystemPackage

/// Passes open file descriptors to another process over a Unix socket.
package enum DescriptorPassing {
    /// Sends a descriptor together with one byte; the receiver gets a new descriptor of the same file.
    ///
    /// The message keeps the file open until it is received, also when `descriptor` is closed.
    ///
    /// - Throws: The error of sendmsg(2).
    package static func send(_ descriptor: FileDescriptor, over socket: FileDescriptor) throws(Errno) {
        let result = unsafe withMessage { message, content in
            unsafe content.pointee = Content(descriptor)
            return unsafe sendmsg(socket.rawValue, message, Int32(MSG_NOSIGNAL))
        }
        guard result == 1 else { throw Errno(rawValue: errno) }
    }

    /// Waits for a descriptor.
    ///
    /// It has the close-on-exec flag, so child processes do not inherit it.
    ///
    /// - Throws: `.noData` when a message without a descriptor or the end of the socket arrives, or the error of
    ///   recvmsg(2).
    static func receive(over socket: FileDescriptor) throws(Errno) -> FileDescriptor {
        var received: Content?
        let result = unsafe withMessage { message, content in
            let result = unsafe recvmsg(socket.rawValue, message, Int32(MSG_CMSG_CLOEXEC))
            if unsafe message.pointee.msg_controllen >= Content.length { unsafe received = content.pointee }
            return result
        }
        guard result >= 0 else { throw Errno(rawValue: errno) }
        guard let received, received.header.cmsg_type == Content.rights else { throw .noData }
        return FileDescriptor(rawValue: received.descriptor)
    }

    /// A control message with one descriptor, as the macros of <sys/socket.h> compose it.
    private struct Content {
        var header = cmsghdr()
        var descriptor: Int32 = -1

        init() {}

        init(_ descriptor: FileDescriptor) {
            self.descriptor = descriptor.rawValue
            header.cmsg_len = Self.length
            header.cmsg_level = SOL_SOCKET
            header.cmsg_type = Self.rights
        }

        static let rights = Int32(SCM_RIGHTS)
        static let length = MemoryLayout<Content>.size
    }

    private static func withMessage(
        _ body: (UnsafeMutablePointer<msghdr>, UnsafeMutablePointer<Content>) -> Int
    ) -> Int {
        // A message without data would not carry the control message.
        var byte: UInt8 = 0
        var content = Content()
        return unsafe withUnsafeMutableBytes(of: &byte) { byte in
            var part = unsafe iovec(iov_base: byte.baseAddress, iov_len: 1)
            return unsafe withUnsafeMutablePointer(to: &part) { part in
                unsafe withUnsafeMutablePointer(to: &content) { content in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = part
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = UnsafeMutableRawPointer(content)
                    unsafe message.msg_controllen = Content.length
                    return unsafe body(&message, content)
                }
            }
        }
    }
}
