package import Postern

/// What all sessions of a server have in common.
package final class JSONRPCSettings: Sendable {
    /// What a client may ask for.
    package let limits: JSONRPCLimits
    /// Methods under `rpc` that the gateway runs by itself, names joined by `/`.
    let gatewayMethods: [String]
    /// What is told of this server in discovery.
    let information: ServerInformation
    /// Takes reports of handlers that fail.
    let observer: (any IncidentObserver)?
    /// The documents of discovery.
    package let documents: DiscoveryDocuments

    /// Takes the settings.
    ///
    /// - Parameters:
    ///   - limits: What a client may ask for.
    ///   - gatewayMethods: Methods under `rpc` that are handed out with ``JSONRPCSession/Placement/gateway``, such as
    ///     `rpc.auth`.
    ///   - information: What is told of this server in discovery.
    ///   - observer: Takes reports of handlers that fail.
    package init(
        limits: JSONRPCLimits = JSONRPCLimits(),
        gatewayMethods: [String] = [],
        information: ServerInformation = ServerInformation(),
        observer: (any IncidentObserver)? = nil
    ) {
        self.limits = limits
        self.gatewayMethods = gatewayMethods.map(JSONRPCSession.path)
        self.information = information
        self.observer = observer
        documents = DiscoveryDocuments(information)
    }
}
