/// What all sessions of a server have in common.
public final class JSONRPCSettings: Sendable {
    /// What a client may ask for.
    public let limits: JSONRPCLimits
    /// Methods under `rpc` that the gateway runs by itself, names joined by `/`.
    let gatewayMethods: [String]
    /// What is told of this server in discovery.
    let information: ServerInformation
    /// The documents of discovery.
    public let documents: DiscoveryDocuments

    /// Takes the settings.
    ///
    /// - Parameters:
    ///   - limits: What a client may ask for.
    ///   - gatewayMethods: Methods under `rpc` that are handed out with ``JSONRPCSession/Placement/gateway``, such as
    ///     `rpc.auth`.
    ///   - information: What is told of this server in discovery.
    public init(
        limits: JSONRPCLimits = JSONRPCLimits(),
        gatewayMethods: [String] = [],
        information: ServerInformation = ServerInformation()
    ) {
        self.limits = limits
        self.gatewayMethods = gatewayMethods.map(JSONRPCSession.path)
        self.information = information
        documents = DiscoveryDocuments(information)
    }
}
