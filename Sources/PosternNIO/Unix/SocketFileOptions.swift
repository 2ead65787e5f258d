import Postern

/// The mode and group of a server's socket file, which decide which users may connect.
///
/// A client needs permission to write to the file and to search the directories of its path. Mode and group are set
/// before the server accepts its first connection.
public struct SocketFileOptions: Hashable, Sendable {
    /// A group of users, by name or number.
    public enum Group: Hashable, Sendable {
        /// The name of the group, as in `/etc/group`.
        case name(String)
        /// The number of the group.
        case id(UInt32)
    }

    /// The permissions of the file, such as `0o660`.
    ///
    /// With `nil` they are `0o660` when ``group`` is set, and otherwise `0o777` reduced by the umask of the process.
    public var mode: UInt16?
    /// The group of the file, which the process must be a member of; `nil` for the group of the process.
    public var group: Group?

    /// Creates the options of a socket file.
    public init(mode: UInt16? = nil, group: Group? = nil) {
        self.mode = mode
        self.group = group
    }

    /// Whether a mode or a group is set.
    package var isSet: Bool { mode != nil || group != nil }

    /// The mode to set; `nil` to leave it to the umask.
    var effectiveMode: UInt16? { mode ?? (group == nil ? nil : 0o660) }
}

extension SocketFileOptions.Group {
    /// The group ID; throws `.invalidRequest` for an unknown name.
    package var number: UInt32 {
        get throws(CallError) {
            switch self {
            case .id(let id): return id
            case .name(let name):
                if let id = UnixSocketCalls.group(named: name) { return id }
                throw CallError(.invalidRequest, "There is no group \(name.debugDescription) on this system", ran: .no)
            }
        }
    }
}

extension SocketFileOptions.Group: CustomStringConvertible, LosslessStringConvertible {
    /// Creates a group from its number or name; returns `nil` for an empty text.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self = UInt32(text).map { .id($0) } ?? .name(text)
    }

    /// The name or the number of the group.
    public var description: String {
        switch self {
        case .name(let name): name
        case .id(let id): "\(id)"
        }
    }
}
