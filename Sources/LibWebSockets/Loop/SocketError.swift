public import FoundationEssentials
import Glibc

/// An error that the operating system reported about a socket.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public var code: Int32
    /// The action that failed, with the address.
    package var action = ""

    /// The action that failed, and the system's text for the error code.
    public var description: String {
        unsafe "\(action.isEmpty ? "socket" : action): \(String(cString: strerror(code)))"
    }
}

extension SocketError: LocalizedError {
    /// The description, which Foundation uses for `localizedDescription`.
    public var errorDescription: String? { description }
}
