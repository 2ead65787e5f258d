import NIOCore
import NIOPosix
import SystemPackage

/// The reasons for failed attempts to connect, for people.
package enum ConnectFault {
    /// Returns the reason for an error of `ClientBootstrap`, as a clause that follows a colon.
    ///
    /// The descriptions of SwiftNIO name its types and system calls.
    package static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // Without an address there was no attempt, whichever of the two look-ups failed.
            error.connectionErrors.first.map { reason($0.error) } ?? "there is no such host"
        case is SocketAddressError: "there is no such host"
        case ChannelError.connectTimeout: "no answer in time"
        case let error as IOError: reason(Errno(rawValue: error.errnoCode))
        case let error as Errno: reason(error)
        default: "\(error)"
        }
    }

    private static func reason(_ code: Errno) -> String {
        switch code {
        case .connectionRefused: "no server listens there"
        case .connectionReset, .brokenPipe: "the connection was reset"
        case .timedOut: "no answer in time"
        default: "\(code)"
        }
    }
}
