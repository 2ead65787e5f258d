public import FoundationEssentials

/// An error whose `localizedDescription` is its message.
///
/// Foundation derives `localizedDescription` from `errorDescription`; without it, users would read a generic sentence
/// with the name of the type.
protocol MessageError: LocalizedError {
    /// A description for people.
    var message: String { get }
}

extension MessageError {
    /// The message of the error.
    public var errorDescription: String? { message }
}

extension CallError: LocalizedError, MessageError {}
extension PayloadError: LocalizedError, MessageError {}
extension DisconnectReason: LocalizedError, MessageError {}

extension MountingError: LocalizedError, MessageError {
    var message: String {
        switch self {
        case .hasParent(let path): "The router is mounted already, at \(path)"
        case .nameTaken(let name): "Another router is mounted under the name \(name)"
        case .wouldContainItself: "The router is the one it would be mounted in, or contains it"
        }
    }
}
