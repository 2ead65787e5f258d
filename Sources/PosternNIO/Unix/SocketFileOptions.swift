import Postern

/// Which users may connect to the file of a Unix socket that a server listens on.
///
/// A client needs the permission to write to the file, and to search the directories on its path. The file has its mode
/// and group before the first connection can be made.
public struct SocketFileOptions: Hashable, Sendable {
    /// A group of users.
    public enum Group: Hashable, Sendable {
        /// The name of the group, as in `/etc/group`.
        case name(String)
        /// The number of the group.
        case id(UInt32)
    }

    /// The permissions of the file, as `0o660`; `nil` for 0o660 where a group is named, and otherwise for what the umask
    /// of the process leaves of 0o777.
    public var mode: UInt16?
    /// The group of the file, of which the process is a member; `nil` for its own group.
    public var group: Group?

    /// Takes a mode and a group.
    public init(mode: UInt16? = nil, group: Group? = nil) {
        self.mode = mode
        self.group = group
    }

    /// Whether a file is to differ from what the system makes of it.
    package var isSet: Bool { mode != nil || group != nil }

    /// The mode that the file has in the end, if it is not up to the umask.
    var effectiveMode: UInt16? { mode ?? (group == nil ? nil : 0o660) }
}

extension SocketFileOptions.Group {
    /// The number that the system has for the group.
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
    /// Reads the number of a group, or else its name; `nil` for an empty text.
    public init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        self = UInt32(text).map { .id($0) } ?? .name(text)
    }

    /// The name or the number.
    public var description: String {
        switch self {
        case .name(let name): name
        case .id(let id): "\(id)"
        }
    }
}
