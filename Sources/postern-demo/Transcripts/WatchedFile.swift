import FoundationEssentials
import SystemPackage

/// A temporary file to be watched.
struct WatchedFile {
    private let path: FilePath
    private let descriptor: FileDescriptor

    /// Creates an empty file.
    init() throws {
        path = FilePath("/tmp/floop-\(UInt64.random(in: 0 ... .max)).bloop")
        descriptor = try .open(path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    }

    var filename: String { path.string }

    func write(_ text: String) throws { try descriptor.writeAll(text.utf8) }

    /// Truncates the file by opening it again, and continues to write at its beginning.
    func openAnew() throws {
        try FileDescriptor.open(path, .writeOnly, options: .truncate).close()
        // The descriptor that is still open would otherwise write behind the end, after a hole.
        try descriptor.seek(offset: 0, from: .start)
    }

    /// Closes and removes the file.
    func remove() {
        try? descriptor.close()
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
