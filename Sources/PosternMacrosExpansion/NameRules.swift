#if Macros
/// The rules for names and paths; the same as those of `MethodPath` in `Postern`, which this module cannot import.
enum NameRules {
    private static let maximumBytes = 128

    /// Returns the fault of a name, or `nil`.
    static func fault(in name: String) -> Fault? {
        if name.isEmpty { return .emptyName }
        if name.contains(where: { $0 == "/" || $0 == "." }) { return .separatorInName(name) }
        if name.hasPrefix("_") || name.hasPrefix("$") { return .reservedStart(name) }
        if name.utf8.count > maximumBytes { return .tooLong(name) }
        return nil
    }

    /// Returns the fault of the name of a service, or `nil`; `rpc` is reserved at the top level.
    static func fault(inServiceName name: String) -> Fault? { name == "rpc" ? .reservedName : fault(in: name) }

    /// Returns the fault of a path with slashes, or `nil`; an empty path is valid.
    static func fault(inPath path: String) -> Fault? {
        guard !path.isEmpty else { return nil }
        // Empty names, as in `a//b`, are kept and diagnosed.
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return names.lazy.compactMap(fault(in:)).first ?? (path.utf8.count > maximumBytes ? .tooLong(path) : nil)
    }

    /// Returns the default name of a type's service: the first word in lower case, such as `httpCache` for `HTTPCache`.
    static func serviceName(of type: String) -> String {
        // The last of several capitals begins the next word, unless the whole name is capitals.
        let capitals = type.prefix { $0.isUppercase }
        guard capitals.count > 1, capitals.count < type.count else {
            return capitals.lowercased() + type.dropFirst(capitals.count)
        }
        return capitals.dropLast().lowercased() + type.dropFirst(capitals.count - 1)
    }
}
#endif
