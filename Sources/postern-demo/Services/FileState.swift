import Glibc
import Postern
import SystemPackage

/// What one look at a file found.
struct FileState: Hashable, Sendable {
    /// Bytes.
    let size: Int64
    let modified: Timestamp
    /// Type and permission bits.
    let mode: UInt32
    let inode: UInt

    /// Looks at a file, through symbolic links; `nil` when there is none that can be looked at.
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
