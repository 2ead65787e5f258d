public import FoundationEssentials
import Glibc

/// An error that the operating system reported about a socket.
public struct SocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public var code: Int32
    /// The action that failed, with the address.
    package var action = ""
    /// What is wrong, where the system's text for the code does not say it.
    package var reason: String?

    /// The action that failed, and the reason: by default the system's text for the error code.
    public var description: String {
        unsafe "\(action.isEmpty ? "socket" : action): \(reason ?? String(cString: strerror(code)))"
    }
}

extension SocketError: LocalizedError {
    /// The description, which Foundation uses for `localizedDescription`.
    public var errorDescription: String? { description }
}
