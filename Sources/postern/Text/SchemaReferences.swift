import Postern

/// The named types that schemas refer to.
struct SchemaReferences {
    private let types: Value?

    /// Creates a search among named schemas.
    init(_ types: Value?) { self.types = types }

    /// Returns the names of the types that schemas refer to, directly or through others, each once.
    ///
    /// - Parameter roots: The schemas.
    /// - Returns: The names, in the order of the first reference.
    func names(in roots: [Value]) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        // A list of what is left instead of recursion through types, which may refer to themselves.
        var left = roots
        while !left.isEmpty {
            for name in Self.direct(left.removeFirst()) where seen.insert(name).inserted {
                guard let type = types?[name] else { continue }
                found.append(name)
                left.append(type)
            }
        }
        return found
    }

    /// Returns the names in a schema.
    ///
    /// The recursion is limited because values have at most 64 levels.
    private static func direct(_ value: Value) -> [String] {
        switch value {
        case .array(let elements): elements.flatMap(direct)
        case .map(let members):
            members.flatMap { member -> [String] in
                guard member.name == "$ref", case .string(let path) = member.value else { return direct(member.value) }
                return path.split(separator: "/").last.map { [String($0)] } ?? []
            }
        default: []
        }
    }
}
