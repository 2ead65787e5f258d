#if Macros
/// The rules for names in paths, as `MethodPath` of `Postern` has them.
enum NameRules {
    private static let maximumBytes = 128

    /// What is wrong with one name.
    static func fault(in name: String) -> Fault? {
        if name.isEmpty { return .emptyName }
        if name.contains(where: { $0 == "/" || $0 == "." }) { return .separatorInName(name) }
        if name.hasPrefix("_") || name.hasPrefix("$") { return .reservedStart(name) }
        if name.utf8.count > maximumBytes { return .tooLong(name) }
        return nil
    }

    /// What is wrong with the name of a service, which may stand at the top.
    static func fault(inServiceName name: String) -> Fault? { name == "rpc" ? .reservedName : fault(in: name) }

    /// What is wrong with a path of names joined by `/`; it may be empty.
    static func fault(inPath path: String) -> Fault? {
        guard !path.isEmpty else { return nil }
        let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return names.lazy.compactMap(fault(in:)).first ?? (path.utf8.count > maximumBytes ? .tooLong(path) : nil)
    }

    /// The name that a type's service has by itself: `httpCache` for `HTTPCache`.
    static func serviceName(of type: String) -> String {
        let capitals = type.prefix { $0.isUppercase }
        guard capitals.count > 1, capitals.count < type.count else {
            return capitals.lowercased() + type.dropFirst(capitals.count)
        }
        return capitals.dropLast().lowercased() + type.dropFirst(capitals.count - 1)
    }
}
#endif
