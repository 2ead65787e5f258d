package import NIOCore

/// The TLS of a health check, which a program provides that has an implementation.
package struct HealthSecurity: Sendable {
    /// Adds the handlers of TLS to a channel, before all others, for a server of this name.
    let install: @Sendable (any Channel, _ host: String) throws -> Void
    /// Returns the reason for a failed handshake as a clause, or `nil` when there was none.
    let fault: @Sendable () -> String?

    /// Creates the TLS of one connection.
    ///
    /// - Parameters:
    ///   - install: Adds the handlers of TLS to a channel, for a server of the given name.
    ///   - fault: Returns the reason for a failed handshake, or `nil` when there was none.
    package init(
        install: @escaping @Sendable (any Channel, _ host: String) throws -> Void,
        fault: @escaping @Sendable () -> String?
    ) {
        self.install = install
        self.fault = fault
    }
}
