import CLibWebSockets
import Glibc

/// The owner of one listening socket, which is closed with it.
@safe
final class ListeningSocket {
    let descriptor: Int32
    /// The port in use, which the system has selected if 0 was requested; 0 for a Unix socket.
    let port: Int

    /// Creates a socket that duplicates the descriptor of an adopted listener.
    ///
    /// - Throws: ``SocketError`` with the system's reason.
    init(sharing listener: AdoptedListener) throws(SocketError) {
        let descriptor = fcntl(listener.descriptor, F_DUPFD_CLOEXEC, 3)
        guard descriptor >= 0 else { throw SocketError(code: errno, action: "listen on \(listener.name)") }
        self.descriptor = descriptor
        port = Self.boundPort(of: descriptor) ?? 0
    }

    /// Creates a socket that listens on an address.
    ///
    /// - Parameters:
    ///   - host: An IPv4 or IPv6 address, or `localhost`; other names are not resolved.
    ///   - port: The port; 0 selects a free one.
    ///   - sharesPort: Whether other sockets with this option may listen on the port too (`SO_REUSEPORT`); then the
    ///     kernel distributes the connections.
    ///   - backlog: The number of connections that the kernel keeps until they are accepted.
    /// - Throws: ``SocketError`` with the system's reason.
    init(host: String, port: Int, sharesPort: Bool, backlog: Int32 = 1_024) throws(SocketError) {
        let action = "listen on \(host):\(port)"
        var storage = sockaddr_storage()
        let length = try Self.resolve(host == "localhost" ? "127.0.0.1" : host, port: port, into: &storage)
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(Int32(storage.ss_family), type, 0)
        guard descriptor >= 0 else { throw SocketError(code: errno, action: action) }
        Socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1, on: descriptor)
        if sharesPort { Socket.setOption(SOL_SOCKET, SO_REUSEPORT, 1, on: descriptor) }
        let bound = unsafe withUnsafePointer(to: &storage) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard bound == 0, listen(descriptor, backlog) == 0 else {
            // Read before `close`, which may change it.
            let code = errno
            Socket.close(descriptor)
            throw SocketError(code: code, action: action)
        }
        self.descriptor = descriptor
        self.port = Self.boundPort(of: descriptor) ?? port
    }

    private static func resolve(
        _ host: String,
        port: Int,
        into storage: inout sockaddr_storage
    ) throws(SocketError) -> socklen_t {
        guard let number = UInt16(exactly: port) else { throw SocketError(code: EINVAL, action: "port \(port)") }
        var v4 = sockaddr_in()
        if unsafe inet_pton(AF_INET, host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = number.bigEndian
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: v4, as: sockaddr_in.self) }
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        }
        var v6 = sockaddr_in6()
        guard unsafe inet_pton(AF_INET6, host, &v6.sin6_addr) == 1 else {
            let reason = "this is no IPv4 or IPv6 address; the only name allowed is localhost"
            throw SocketError(code: EINVAL, action: "listen on \(host):\(port)", reason: reason)
        }
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = number.bigEndian
        unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: v6, as: sockaddr_in6.self) }
        return socklen_t(MemoryLayout<sockaddr_in6>.size)
    }

    private static func boundPort(of descriptor: Int32) -> Int? {
        unsafe name(of: descriptor, getsockname).map(\.port)
    }

    /// Returns the address of the peer of a connection, without the port; `unix` for a Unix socket.
    static func peerAddress(of descriptor: Int32) -> String {
        unsafe name(of: descriptor, getpeername)?.address ?? "unknown"
    }

    private typealias Query = (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32

    private static func name(of descriptor: Int32, _ query: Query) -> (address: String, port: Int)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe query(descriptor, $0, &length) }
        }
        guard status == 0 else { return nil }
        let family = Int32(storage.ss_family)
        return unsafe withUnsafeBytes(of: &storage) { bytes in
            if family == AF_INET6 {
                let address = unsafe bytes.load(as: sockaddr_in6.self)
                return (text(of: address.sin6_addr, family), Int(UInt16(bigEndian: address.sin6_port)))
            }
            if family == AF_UNIX { return ("unix", 0) }
            let address = unsafe bytes.load(as: sockaddr_in.self)
            return (text(of: address.sin_addr, family), Int(UInt16(bigEndian: address.sin_port)))
        }
    }

    private static func text<Address>(of address: Address, _ family: Int32) -> String {
        var address = address
        let capacity = Int(INET6_ADDRSTRLEN)
        let bytes = unsafe [CChar](unsafeUninitializedCapacity: capacity) { buffer, count in
            unsafe withUnsafeBytes(of: &address) { address in
                guard
                    let text = unsafe inet_ntop(
                        family,
                        address.baseAddress,
                        buffer.baseAddress,
                        socklen_t(capacity)
                    )
                else { return }
                count = unsafe strnlen(text, capacity)
            }
        }
        return String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Socket.close(descriptor) }
}
