/// Whether a client masks its frames, as it has to (RFC 6455 section 5.1).
///
/// libwebsockets 4.1 reads frames with and without a mask, and does not say which it was. But a mask is four bytes, and
/// the system counts what has arrived.
enum ClientMask {
    /// Whether the first frame had no mask: all of it has arrived, in fewer bytes than with one.
    ///
    /// Where more than that frame has arrived, nothing follows from the number of bytes.
    ///
    /// - Parameters:
    ///   - payload: Bytes of the frame without its header.
    ///   - bytes: Bytes that were read behind the handshake when the frame was complete.
    /// - Returns: Whether the mask is missing for certain.
    static func isMissing(payload: Int, of bytes: Int) -> Bool {
        let header = payload <= 125 ? 2 : payload <= 0xFFFF ? 4 : 10
        return (header + payload..<header + maskBytes + payload).contains(bytes)
    }

    private static let maskBytes = 4
}
