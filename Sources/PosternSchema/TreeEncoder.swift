extension JSONTree {
    /// Creates the JSON form of a value of any type; `nil` if it cannot be encoded.
    package init?(encoding value: Any) {
        guard let tree = TreeEncoder.tree(ofAny: value) else { return nil }
        self = tree
    }
}

/// An encoder whose output is a JSON tree in memory.
final class TreeEncoder: Encoder {
    private enum Content {
        case nothing
        case value(JSONTree)
        case elements([TreeEncoder])
        case members([(name: String, value: TreeEncoder)])
    }

    private var content = Content.nothing
    private let depth: Int
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private static let maximumDepth = 64

    init(depth: Int = 0, codingPath: [any CodingKey] = []) {
        self.depth = depth
        self.codingPath = codingPath
    }

    /// Returns the JSON form of a value of any type; `nil` if it cannot be encoded.
    static func tree(ofAny value: Any) -> JSONTree? {
        guard let value = value as? any Encodable else { return nil }
        let encoder = TreeEncoder()
        guard (try? encoder.write(value)) != nil else { return nil }
        return encoder.tree
    }

    /// The tree of everything that was written; an empty object if nothing was.
    var tree: JSONTree {
        switch content {
        case .nothing: .object([])
        case .value(let tree): tree
        case .elements(let elements): .array(elements.map(\.tree))
        case .members(let members): .object(members.map { JSONTree.Member($0.name, $0.value.tree) })
        }
    }

    /// Writes a value in this place.
    func write(_ value: some Encodable) throws {
        if let known = value as? any KnownType, let tree = known.tree { return content = .value(tree) }
        // A type may encode itself through a container that encodes it again.
        guard depth < Self.maximumDepth else { throw ProbeError.tooDeep }
        let inner = TreeEncoder(depth: depth + 1, codingPath: codingPath)
        try value.encode(to: inner)
        content = inner.content
    }

    func writeNull() { content = .value(.null) }

    /// Returns the encoder of a new member.
    func member(_ key: any CodingKey) -> TreeEncoder {
        let inner = TreeEncoder(depth: depth + 1, codingPath: codingPath + [key])
        var members: [(name: String, value: TreeEncoder)] = []
        if case .members(let earlier) = content { members = earlier.filter { $0.name != key.stringValue } }
        content = .members(members + [(key.stringValue, inner)])
        return inner
    }

    /// Returns the encoder of a new element.
    func element() -> TreeEncoder {
        let inner = TreeEncoder(depth: depth + 1, codingPath: codingPath)
        if case .elements(let earlier) = content {
            content = .elements(earlier + [inner])
        } else {
            content = .elements([inner])
        }
        return inner
    }

    /// The number of elements that were written.
    var count: Int { if case .elements(let elements) = content { elements.count } else { 0 } }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .nothing = content { content = .members([]) }
        return KeyedEncodingContainer(TreeMembers(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .nothing = content { content = .elements([]) }
        return TreeElements(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { TreeValue(encoder: self) }
}
