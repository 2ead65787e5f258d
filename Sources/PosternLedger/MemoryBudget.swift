import FoundationEssentials

/// The default budget of a process: half of the memory that its control groups allow, at most 256 MiB.
package enum MemoryBudget {
    private static let maximum = 256 << 20

    /// The default budget of this process, in bytes.
    package static var ofProcess: Int {
        budget { path in (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } }
    }

    /// Returns the default budget, in bytes.
    ///
    /// - Parameter read: Returns the text of a file of the kernel, or `nil` when it cannot be read.
    /// - Returns: The budget.
    static func budget(_ read: (String) -> String?) -> Int {
        let limits = ControlGroups(of: "memory", read: read).folders.compactMap { folder -> Int? in
            let name = folder.isUnified ? "memory.max" : "memory.limit_in_bytes"
            // `max` means that there is no limit, and so does a number close to that of all addresses in version 1.
            return read("\(folder.path)/\(name)")?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
        }
        return limits.reduce(maximum) { min($0, $1 / 2) }
    }
}
