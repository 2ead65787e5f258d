import FoundationEssentials
import Postern

/// What one look at a file found.
struct FileState: Hashable, Sendable {
    /// Bytes.
    let size: Int
    let modified: Timestamp
    /// The permission bits.
    let mode: Int
    let inode: Int

    /// Looks at a file, through symbolic links; `nil` when there is none that can be looked at.
    init?(path: String) {
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return nil }
        size = Self.integer(attributes[.size])
        modified = Timestamp(attributes[.modificationDate] as? Date ?? .distantPast)
        mode = Self.integer(attributes[.posixPermissions])
        inode = Self.integer(attributes[.systemFileNumber])
    }

    private static func integer(_ value: Any?) -> Int {
        guard let value = value as? any BinaryInteger else { return 0 }
        return Int(truncatingIfNeeded: value)
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

/// A file is not what it was.
struct FileChange: Encodable, Sendable {
    let path: String
    /// `nil` when the file is new.
    let old: FileState?
    /// `nil` when the file is gone.
    let new: FileState?

    private enum CodingKeys: CodingKey {
        case path, old, new
    }

    /// Writes both states, null where there is none.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(path, forKey: .path)
        try container.encode(old, forKey: .old)
        try container.encode(new, forKey: .new)
    }
}
