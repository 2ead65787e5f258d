import FoundationEssentials

/// The programs of this package, which are built into the folder of the test program.
package enum Programs {
    /// The folder of the test program.
    package static var folder: String {
        // Not the first argument, which a program may choose freely.
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = program ?? CommandLine.arguments[0]
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    /// Returns the path of a program.
    package static func path(of name: String) -> String { "\(folder)/\(name)" }
}
