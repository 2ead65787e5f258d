import FoundationEssentials

/// Paths of temporary files, which no other test uses.
package enum TemporaryFile {
    /// Returns the path of a file that does not exist, short enough for a Unix socket.
    package static func path(ending: String = "") -> String {
        "/tmp/postern-test-\(UInt64.random(in: 0 ... .max))\(ending)"
    }
}

/// A temporary folder.
package struct TemporaryFolder: Sendable {
    package let path: String

    /// Creates an empty folder.
    package init() throws {
        path = TemporaryFile.path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    /// Removes the folder and its files.
    package func remove() { try? FileManager.default.removeItem(atPath: path) }
}
