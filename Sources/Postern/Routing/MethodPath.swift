/// The rules for paths of services, methods and topics.
enum MethodPath {
    /// The longest path in UTF-8 bytes.
    static let maximumBytes = 128
    /// The top-level name of what a router offers by itself.
    static let builtIn = "rpc"

    /// A path in texts for people: names joined by `.`, as JSON-RPC has them.
    static func shown(_ path: some StringProtocol) -> String {
        String(path.prefix(maximumBytes).map { $0 == "/" ? "." : $0 })
    }

    /// Whether a path leads to what a router offers by itself; `/` and `.` both separate names.
    static func isBuiltIn(_ path: Span<UInt8>) -> Bool {
        let name = builtIn.utf8
        guard path.count > name.count, path[name.count] == UInt8(ascii: "/") || path[name.count] == UInt8(ascii: ".")
        else { return false }
        for (index, byte) in name.enumerated() where path[index] != byte { return false }
        return true
    }

    /// Joins a name to the path of what holds it; an unfit name is a mistake in the program.
    static func join(_ parent: String, _ name: String) -> String {
        precondition(!name.isEmpty, "A name in a path must not be empty (in \"\(parent)\")")
        precondition(
            !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") },
            "A name in a path must hold neither \"/\" nor \".\": \"\(name)\""
        )
        precondition(
            !name.hasPrefix("_") && !name.hasPrefix("$"),
            "A name in a path must not begin with \"_\" or \"$\": \"\(name)\""
        )
        precondition(!parent.isEmpty || name != builtIn, "The top-level name \"\(builtIn)\" is taken by the router")
        let path = parent.isEmpty ? name : "\(parent)/\(name)"
        precondition(path.utf8.count <= maximumBytes, "A path must not be longer than 128 bytes: \"\(path)\"")
        return path
    }

    /// Checks a whole path, names joined by `/`.
    static func check(_ path: String) -> String {
        var checked = ""
        for name in path.split(separator: "/", omittingEmptySubsequences: false) {
            checked = join(checked, String(name))
        }
        return checked
    }
}
