package import Postern
internal import Synchronization

/// The discovery documents of a server, cached until the description of its router changes.
package final class DiscoveryDocuments: Sendable {
    private let information: ServerInformation
    /// The documents of the last description.
    private let last = Mutex<Written?>(nil)

    private struct Written {
        let description: [UInt8]
        let codec: any PayloadCodec.Type
        let openRPC: [UInt8]
        let modules: [UInt8]
    }

    init(_ information: ServerInformation) { self.information = information }

    /// Returns the OpenRPC document.
    ///
    /// - Parameter description: The result of `rpc/describe`.
    /// - Returns: The document as JSON; the same array while the description does not change.
    /// - Throws: `PayloadError` if the result cannot be decoded.
    package func openRPC(for description: Payload) throws(PayloadError) -> [UInt8] { try written(description).openRPC }

    /// Returns the result of `rpc.modules` as JSON.
    func modules(of description: Payload) throws(PayloadError) -> [UInt8] { try written(description).modules }

    private func written(_ payload: Payload) throws(PayloadError) -> Written {
        // Descriptions are compared, since a router may be behind a connection that does not report changes.
        if let last = last.withLock({ $0 }), last.codec == payload.codec,
            last.description.span.hasSameBytes(as: payload.bytes.span)
        {
            return last
        }
        // Two sessions may write the same documents at once; the lock is not held while they do.
        let description = try payload.decode(RouterDescription.self)
        let written = Written(
            description: payload.bytes,
            codec: payload.codec,
            openRPC: OpenRPC.document(for: description, information),
            modules: OpenRPC.modules(of: description, information)
        )
        last.withLock { $0 = written }
        return written
    }
}
