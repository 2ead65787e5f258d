import Synchronization

/// Decides whether one more connection of an address is admitted; the one owner of the counts of a server.
///
/// The event loops of a server share it. It is asked when a connection is accepted, not on the path of a call, except
/// for requests that a trusted proxy has passed on.
package final class AddressGate: Sendable {
    /// The settings.
    package let limits: AddressLimits
    private let maximumConnections: @Sendable () -> Int
    private let shares: Mutex<AddressShares>
    private let refusals = Atomic(0)

    /// The decision about a connection or a request.
    package enum Entry: Sendable {
        /// The address is not limited.
        case unlimited
        /// The address has one place more, until the value is released.
        case admitted(AddressPlace)
        /// The address has as many places as it may have.
        case refused
    }

    /// Creates a gate.
    ///
    /// - Parameters:
    ///   - limits: The settings.
    ///   - maximumConnections: The most connections of the server, of which one address may have half by default. It is
    ///     evaluated for each connection, since it changes with the other servers of the process.
    package init(_ limits: AddressLimits, maximumConnections: @autoclosure @escaping @Sendable () -> Int) {
        self.limits = limits
        self.maximumConnections = maximumConnections
        shares = Mutex(AddressShares())
    }

    /// The most connections of one address.
    package var share: Int { max(1, min(limits.connectionsPerAddress ?? .max, max(1, maximumConnections() / 2))) }

    /// The number of connections and requests that were refused.
    package var refusalCount: Int { refusals.load(ordering: .relaxed) }

    /// The number of addresses that occupy places.
    package var addressCount: Int { shares.withLock { $0.count } }

    /// Takes a place for a connection from an address.
    package func enter(_ address: PeerAddress) -> Entry {
        guard case .ip(let ip) = address, limits.limits(address) else { return .unlimited }
        return enter(ip)
    }

    /// Takes a place for a client that a trusted proxy has named, whatever the address is: a client behind a proxy
    /// connects from the loopback interface of no machine but the proxy's.
    package func enter(client: IPAddress) -> Entry { enter(client) }

    private func enter(_ address: IPAddress) -> Entry {
        let bucket = AddressShares.Bucket(address)
        let share = share
        guard shares.withLock({ $0.take(bucket, atMost: share) }) else {
            refusals.add(1, ordering: .relaxed)
            return .refused
        }
        return .admitted(AddressPlace(bucket, in: self))
    }

    fileprivate func leave(_ bucket: AddressShares.Bucket) { shares.withLock { $0.release(bucket) } }
}

/// A place that an address occupies, which is free again once the object is released.
package final class AddressPlace: Sendable {
    /// The address, or the network.
    package let bucket: AddressShares.Bucket
    private let gate: AddressGate

    fileprivate init(_ bucket: AddressShares.Bucket, in gate: AddressGate) {
        self.bucket = bucket
        self.gate = gate
    }

    deinit { gate.leave(bucket) }
}
