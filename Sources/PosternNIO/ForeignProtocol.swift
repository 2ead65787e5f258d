import NIOCore
import Postern

/// The recognition of peers that speak another protocol than the native one.
enum ForeignProtocol {
    /// Returns the reason for the end of a connection whose first bytes are no frame, or `nil` for unknown bytes.
    static func reason(for bytes: ByteBuffer) -> DisconnectReason? {
        if isTLS(bytes) { return DisconnectReason(.notSecured, "The other side speaks TLS") }
        guard isHTTP(bytes) else { return nil }
        return DisconnectReason(.protocolViolation, "The other side speaks HTTP, not the native protocol")
    }

    /// Returns whether bytes begin a TLS record: its type, and the major version 3.
    static func isTLS(_ bytes: ByteBuffer) -> Bool {
        guard let start = bytes.getInteger(at: bytes.readerIndex, as: UInt16.self) else { return false }
        return (0x14...0x17).contains(start >> 8) && start & 0xff == 3
    }

    /// Returns whether bytes begin the answer of an HTTP server.
    private static func isHTTP(_ bytes: ByteBuffer) -> Bool {
        bytes.getString(at: bytes.readerIndex, length: 5) == "HTTP/"
    }
}
