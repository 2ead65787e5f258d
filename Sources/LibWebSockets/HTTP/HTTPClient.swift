import PosternAdmission
import PosternLedger

/// The client of an HTTP connection: its peer, or the client for which a trusted proxy has sent the current request.
struct HTTPClient {
    /// The address of the client of the current request, without the port.
    private(set) var address: String
    /// The address of the peer of the connection, without the port.
    private let peer: String
    /// The address whose budget the memory of the connection counts against; `nil` if it is not limited.
    ///
    /// Behind a proxy it is the client of the last request, also after the response.
    private(set) var memoryAddress: MemoryAddress?
    /// The place of the connection among those of its address; `nil` if it is not limited.
    private var connectionPlace: AddressPlace?
    /// The place of the current request among those of its client; `nil` if the peer is no proxy.
    ///
    /// A WebSocket keeps that of its handshake until it closes.
    private var requestPlace: AddressPlace?

    init(_ peer: String, _ place: AddressPlace?) {
        address = peer
        self.peer = peer
        connectionPlace = place
        memoryAddress = place?.memoryAddress
    }

    /// Reads the address of the client for which a trusted proxy has sent a request.
    ///
    /// - Parameters:
    ///   - head: The head of the request; `nil` if it could not be parsed.
    ///   - field: The field that names the client.
    /// - Returns: The client that the proxy has named, whose requests are limited.
    @discardableResult
    mutating func identify(_ head: HTTPRequestHead?, by field: ForwardedField) -> ForwardedChain.Client? {
        let client = head.flatMap(field.client)
        address = client?.text ?? peer
        return client
    }

    /// Takes a place for a request that a trusted proxy has sent, whose head is complete.
    ///
    /// - Returns: `false` if the client has as many requests and WebSockets as it may have.
    mutating func takePlace(for head: HTTPRequestHead, by field: ForwardedField, at gate: AddressGate) -> Bool {
        (requestPlace, memoryAddress) = (nil, nil)
        guard let client = identify(head, by: field), !client.isProxy else { return true }
        guard case .admitted(let place) = gate.enter(client: client.address) else { return false }
        (requestPlace, memoryAddress) = (place, place.memoryAddress)
        return true
    }

    /// Releases the place of a request that has been answered.
    mutating func finishRequest() { requestPlace = nil }

    /// Releases all places, since the connection has closed.
    mutating func releasePlaces() { (connectionPlace, requestPlace) = (nil, nil) }
}

extension AddressPlace {
    /// The key of the address in the ledger of memory.
    var memoryAddress: MemoryAddress { MemoryAddress(bucket.bits, isV4: bucket.isV4) }
}
