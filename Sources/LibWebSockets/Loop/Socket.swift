import CLibWebSockets
import Glibc

/// The system calls on sockets that the loop needs, with their results as values.
enum Socket {
    /// What a call on a socket that must not wait came to.
    enum Outcome {
        case bytes(Int)
        case wouldWait
        /// The other end sends nothing more; whether it still reads cannot be known.
        case ended
        /// The connection was reset, or is broken in another way.
        case failed
    }

    /// Sends as much as the socket takes of `output`, from an offset on.
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

    /// Says that nothing more will be sent.
    static func finishSending(on descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends both directions; the descriptor stays, and reads as ended.
    static func end(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Whether a connection whose other end sends nothing more was reset since.
    ///
    /// Reading from it would report the end for ever.
    static func wasReset(_ descriptor: Int32) -> Bool {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return result != 0 || error != 0
    }

    /// Whether nothing more can be received.
    static func hasEnded(_ descriptor: Int32) -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN && errno != EINTR
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    /// Accepts one connection that does not wait and sends small writes at once.
    static func accept(on listener: Int32) -> Result<Int32, SocketError> {
        let descriptor = postern_accept(listener)
        guard descriptor >= 0 else { return .failure(SocketError(code: errno)) }
        setOption(IPPROTO_TCP_VALUE, TCP_NODELAY, 1, on: descriptor)
        return .success(descriptor)
    }

    static func setOption(_ level: Int32, _ name: Int32, _ value: Int32, on descriptor: Int32) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static let IPPROTO_TCP_VALUE = Int32(IPPROTO_TCP)
}

/// A buffer that all connections of a loop receive through, so that an idle one needs none.
@safe
final class ReadBuffer {
    private let bytes: UnsafeMutableRawBufferPointer

    init(count: Int = 65_536) { unsafe bytes = .allocate(byteCount: count, alignment: 16) }

    /// Receives once and appends what came to `input`.
    func receive(from descriptor: Int32, into input: inout [UInt8]) -> Socket.Outcome {
        let count = unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        guard count > 0 else { return Socket.outcome(of: count) }
        unsafe input.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        return .bytes(count)
    }

    deinit { unsafe bytes.deallocate() }
}
