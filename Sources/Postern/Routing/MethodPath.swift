/// The rules for the paths of services, methods and topics.
package enum MethodPath {
    /// The maximum length of a path, in UTF-8 bytes.
    static let maximumBytes = 128
    /// The reserved name of the service with the built-in methods of each router.
    static let builtIn = "rpc"

    /// Returns a path for error messages: names joined by `.`, as in JSON-RPC, and at most 128 characters.
    static func shown(_ path: some StringProtocol) -> String {
        name(of: String(path.prefix(maximumBytes)))
    }

    /// Returns the name of a path in JSON-RPC: with `.` for each `/`.
    package static func name(of path: String) -> String {
        replacing(UInt8(ascii: "/"), with: UInt8(ascii: "."), in: path)
    }

    /// Returns the path of a name: with `/` for each `.`.
    package static func path(of name: String) -> String {
        replacing(UInt8(ascii: "."), with: UInt8(ascii: "/"), in: name)
    }

    // As bytes, since the characters of a string are found one after the other.
    private static func replacing(_ separator: UInt8, with other: UInt8, in text: String) -> String {
        guard text.utf8.contains(separator) else { return text }
        return String(decoding: text.utf8.map { $0 == separator ? other : $0 }, as: UTF8.self)
    }

    /// Returns whether a path is that of a built-in method; `/` and `.` both separate names.
    static func isBuiltIn(_ path: Span<UInt8>) -> Bool {
        let name = builtIn.utf8
        guard path.count > name.count, path[name.count] == UInt8(ascii: "/") || path[name.count] == UInt8(ascii: ".")
        else { return false }
        for (index, byte) in name.enumerated() where path[index] != byte { return false }
        return true
    }

    /// Returns the path of a name within a service.
    ///
    /// - Precondition: The name follows the rules of ``Service/service(_:documentation:)``.
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

    /// Returns a path whose names are all checked as by ``join(_:_:)``.
    static func check(_ path: String) -> String {
        var checked = ""
        for name in path.split(separator: "/", omittingEmptySubsequences: false) {
            checked = join(checked, String(name))
        }
        return checked
    }
}
