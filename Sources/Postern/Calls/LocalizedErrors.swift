public import FoundationEssentials

// `localizedDescription`, which Foundation adds to every error, is made of these.

extension CallError: LocalizedError {
    /// The message.
    public var errorDescription: String? { message }
}

extension PayloadError: LocalizedError {
    /// The message.
    public var errorDescription: String? { message }
}

extension DisconnectReason: LocalizedError {
    /// The message.
    public var errorDescription: String? { message }
}

extension MountingError: LocalizedError {
    /// The reason in a sentence.
    public var errorDescription: String? {
        switch self {
        case .hasParent(let path): "The router is mounted already, at \(path)"
        case .nameTaken(let name): "Another router is mounted under the name \(name)"
        case .wouldContainItself: "The router is the one it would be mounted in, or contains it"
        }
    }
}
