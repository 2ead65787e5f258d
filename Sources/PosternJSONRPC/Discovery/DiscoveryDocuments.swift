package import Postern
internal import Synchronization

/// The documents that describe a server, written once for each description that it sends.
package final class DiscoveryDocuments: Sendable {
    private let information: ServerInformation
    private let last = Mutex<Written?>(nil)

    private struct Written {
        let description: [UInt8]
        let codec: any PayloadCodec.Type
        let openRPC: [UInt8]
        let modules: [UInt8]
    }

    init(_ information: ServerInformation) { self.information = information }

    /// The OpenRPC document.
    ///
    /// - Parameter description: The result of `rpc/describe`.
    /// - Returns: The document as JSON; the same array for the same description.
    /// - Throws: `PayloadError` when the result is no description.
    package func openRPC(for description: Payload) throws(PayloadError) -> [UInt8] { try written(description).openRPC }

    /// The answer to `rpc.modules`.
    func modules(of description: Payload) throws(PayloadError) -> [UInt8] { try written(description).modules }

    private func written(_ payload: Payload) throws(PayloadError) -> Written {
        if let last = last.withLock({ $0 }), last.codec == payload.codec, last.description == payload.bytes {
            return last
        }
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
