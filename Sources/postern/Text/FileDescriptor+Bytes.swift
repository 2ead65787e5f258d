import SystemPackage

extension FileDescriptor {
    /// Reads a file, a device, a pipe or a socket to its end.
    ///
    /// - Parameter limit: The number of bytes above which reading ends early.
    /// - Returns: The bytes, which are more than the limit when there are others.
    /// - Throws: `Errno`.
    func bytes(upTo limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            let block = try unsafe [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                count = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard !block.isEmpty else { break }
            bytes += block
        }
        return bytes
    }
}
