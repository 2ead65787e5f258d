package import Postern

/// The settings that all sessions of a server share.
package final class JSONRPCSettings: Sendable {
    /// The version of the dialect of JSON-RPC 2.0 that sessions speak, which `JSONDialect.md` describes.
    ///
    /// It changes when a message that was valid before has another meaning or is refused, and not for additions.
    package static let dialectVersion = 1

    /// The limits on what one client may request.
    package let limits: JSONRPCLimits
    /// The methods below `rpc` that the gateway runs itself, as paths with slashes.
    let gatewayMethods: [String]
    /// The title and version for discovery.
    let information: ServerInformation
    /// The receiver of reports about failed handlers and dropped notifications.
    let observer: (any IncidentObserver)?
    /// The discovery documents, cached for all sessions.
    package let documents: DiscoveryDocuments

    /// Creates settings.
    ///
    /// - Parameters:
    ///   - limits: The limits on what one client may request.
    ///   - gatewayMethods: Methods below `rpc`, such as `rpc.auth`, whose calls are placed with
    ///     ``JSONRPCSession/Placement/gateway``.
    ///   - information: The title and version for discovery.
    ///   - observer: The receiver of reports about failed handlers and dropped notifications.
    package init(
        limits: JSONRPCLimits = JSONRPCLimits(),
        gatewayMethods: [String] = [],
        information: ServerInformation = ServerInformation(),
        observer: (any IncidentObserver)? = nil
    ) {
        self.limits = limits
        self.gatewayMethods = gatewayMethods.map(MethodPath.path)
        self.information = information
        self.observer = observer
        documents = DiscoveryDocuments(information)
    }
}
