import FoundationEssentials
import SystemPackage

/// A file to be watched, in the folder for temporary ones.
struct WatchedFile {
    private let path: FilePath
    private let descriptor: FileDescriptor

    /// Makes an empty one.
    init() throws {
        path = FilePath("/tmp/floop-\(UInt64.random(in: 0 ... .max)).bloop")
        descriptor = try .open(path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    }

    var filename: String { path.string }

    func write(_ text: String) throws { try descriptor.writeAll(text.utf8) }

    /// Opens it once more, as a new file.
    func openAnew() throws {
        try FileDescriptor.open(path, .writeOnly, options: .truncate).close()
        try descriptor.seek(offset: 0, from: .start)
    }

    /// Closes it and takes it away.
    func remove() {
        try? descriptor.close()
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
