import Glibc
import Postern
import SystemPackage

/// The attributes of a file at one time.
struct FileState: Hashable, Sendable {
    /// The size, in bytes.
    let size: Int64
    let modified: Timestamp
    /// The type and the permission bits.
    let mode: UInt32
    let inode: UInt

    /// Reads the attributes of a file, following symbolic links; `nil` when the file does not exist or is not
    /// accessible.
    init?(path: FilePath) {
        guard let stat = try? path.stat() else { return nil }
        size = stat.size
        let time = stat.st_mtim
        modified = Timestamp(seconds: Int64(time.tv_sec), nanoseconds: UInt32(truncatingIfNeeded: time.tv_nsec))
        mode = stat.mode.rawValue
        inode = stat.inode.rawValue
    }
}

extension FileState: Encodable {
    private enum CodingKeys: CodingKey {
        case size, modified, mode, inode
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(size, forKey: .size)
        try container.encode(modified.rfc3339, forKey: .modified)
        try container.encode(mode, forKey: .mode)
        try container.encode(inode, forKey: .inode)
    }
}

/// A change of a file.
struct FileChange: Encodable, Sendable {
    let path: String
    /// The attributes before the change; `nil` when the file has been created.
    let old: FileState?
    /// The attributes after the change; `nil` when the file has been removed.
    let new: FileState?

    private enum CodingKeys: CodingKey {
        case path, old, new
    }

    /// Encodes both states, with null for a missing one, which a synthesized implementation would omit.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(old, forKey: .old)
        try container.encode(new, forKey: .new)
    }
}

// Stated, because the schema of a type that is not decoded cannot be found.
extension FileChange: CustomJSONSchema {
    static var jsonSchema: Value {
        let properties: Value = ["path": ["type": "string"], "old": state, "new": state]
        return ["type": "object", "properties": properties, "required": ["path", "old", "new"]]
    }

    private static var state: Value {
        let integer: Value = ["type": "integer", "minimum": 0]
        let properties: Value = [
            "size": integer, "modified": ["type": "string", "format": "date-time"], "mode": integer, "inode": integer,
        ]
        let required: Value = ["size", "modified", "mode", "inode"]
        return ["anyOf": [["type": "object", "properties": properties, "required": required], ["type": "null"]]]
    }
}
