/// What is told of a server in discovery.
public struct ServerInformation: Hashable, Sendable {
    /// The name of the interface.
    public var title: String
    /// The version of the interface.
    public var version: String

    /// Describes a server.
    public init(title: String = "Postern", version: String = "1.0.0") {
        self.title = title
        self.version = version
    }
}
