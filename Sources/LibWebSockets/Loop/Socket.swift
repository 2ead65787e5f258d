import CLibWebSockets
import Glibc

/// System calls on sockets, with their results as Swift values.
enum Socket {
    /// The result of a call on a non-blocking socket.
    enum Outcome {
        case bytes(Int)
        case wouldWait
        /// The peer has closed its sending direction; it may still receive.
        case ended
        /// The connection was reset or has failed in another way.
        case failed
    }

    /// Sends `output` from an offset on, as much as the socket's buffer takes.
    static func send(_ output: [UInt8], from offset: Int, to descriptor: Int32) -> Outcome {
        let count = unsafe output.withUnsafeBytes { bytes in
            unsafe Glibc.send(
                descriptor,
                bytes.baseAddress.map { unsafe $0 + offset },
                bytes.count - offset,
                Int32(MSG_NOSIGNAL)
            )
        }
        return count >= 0 ? .bytes(count) : outcome(of: count)
    }

    fileprivate static func outcome(of count: Int) -> Outcome {
        guard count < 0 else { return .ended }
        return errno == EAGAIN || errno == EINTR ? .wouldWait : .failed
    }

    /// Closes the sending direction.
    static func finishSending(on descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes both directions; the descriptor stays open.
    static func end(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Returns whether a half-closed connection has been reset.
    ///
    /// A `recv` could not find out: it returns the end of the input again.
    static func wasReset(_ descriptor: Int32) -> Bool {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return result != 0 || error != 0
    }

    /// Returns whether no more input can arrive.
    static func hasEnded(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Accepts one connection, as a non-blocking socket without Nagle's algorithm.
    static func accept(on listener: Int32) -> Result<Int32, SocketError> {
        let descriptor = postern_accept(listener)
        guard descriptor >= 0 else { return .failure(SocketError(code: errno)) }
        setOption(IPPROTO_TCP_VALUE, TCP_NODELAY, 1, on: descriptor)
        return .success(descriptor)
    }

    /// Returns whether a connection waits to be accepted.
    ///
    /// The system reserves a descriptor before it looks for a connection. So if there is none left, accepting fails in
    /// the same way whether or not a connection waits.
    static func hasPendingConnection(_ listener: Int32) -> Bool {
        var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    static func setOption(_ level: Int32, _ name: Int32, _ value: Int32, on descriptor: Int32) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static let IPPROTO_TCP_VALUE = Int32(IPPROTO_TCP)
}

/// A receive buffer that all connections of a loop share, so that an idle connection needs none.
@safe
final class ReadBuffer {
    private let bytes: UnsafeMutableRawBufferPointer

    init(count: Int = 65_536) { unsafe bytes = .allocate(byteCount: count, alignment: 16) }

    /// Receives once and appends the bytes to `input`.
    func receive(from descriptor: Int32, into input: inout [UInt8]) -> Socket.Outcome {
        let count = unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        guard count > 0 else { return Socket.outcome(of: count) }
        unsafe input.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        return .bytes(count)
    }

    deinit { unsafe bytes.deallocate() }
}
