/// A check that a client masks its frames, as RFC 6455 section 5.1 demands.
///
/// libwebsockets 4.1 accepts frames with and without a mask and does not report which it was. A mask has four bytes,
/// though, so the number of bytes that the system has received shows it.
enum ClientMask {
    /// Returns whether the first frame certainly had no mask, because it arrived in fewer bytes than a masked one has.
    ///
    /// - Parameters:
    ///   - payload: The size of the frame's payload in bytes.
    ///   - bytes: The number of bytes that were read after the handshake when the frame was complete.
    /// - Returns: `true` if the mask is missing; `false` also if bytes of another frame have arrived too, since their
    ///   number proves nothing then.
    static func isMissing(payload: Int, of bytes: Int) -> Bool {
        let header = payload <= 125 ? 2 : payload <= 0xFFFF ? 4 : 10
        return (header + payload..<header + maskBytes + payload).contains(bytes)
    }

    private static let maskBytes = 4
}
