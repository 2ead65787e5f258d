public import FoundationEssentials
import Glibc

/// An error of the operating system about a socket.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public var code: Int32
    /// What was being done, with the address.
    package var action = ""

    /// The action and the system's text.
    public var description: String {
        unsafe "\(action.isEmpty ? "socket" : action): \(String(cString: strerror(code)))"
    }
}

extension SocketError: LocalizedError {
    /// The action and the system's text.
    public var errorDescription: String? { description }
}
