extension ProbeTrace {
    /// The form of the values that the place accepts.
    var node: SchemaNode {
        let forms = accesses.map { (access) -> SchemaNode in
            switch access {
            case .members: return memberNode
            case .elements: return isList ? .array(.anyOf(elements.map(\.node))) : .tuple(elements.map(\.node))
            case .value(let node): return node
            }
        }
        let node = SchemaNode.anyOf(forms)
        return acceptsNull ? node.orNull : node
    }

    private var memberNode: SchemaNode {
        if let anyName, members.allSatisfy({ $0.name == anyName }) {
            return .dictionary(members.first?.trace.node ?? .any, names: nil)
        }
        return .object(
            members.filter { $0.name != anyName }.map { name, trace in
                SchemaNode.Property(name: name, node: trace.node, isRequired: isRequired(trace))
            }
        )
    }

    /// Whether every accepted run has read a member, and none without it was accepted.
    private func isRequired(_ member: ProbeTrace) -> Bool { !member.isSkippable && member.runs == runsOfMembers }

    /// Returns whether a written value has the form; types within it are not compared.
    func admits(_ tree: JSONTree) -> Bool {
        accesses.isEmpty
            || accesses.contains { access in
                switch (access, tree) {
                case (.members, .object):
                    members.allSatisfy { !isRequired($0.trace) || $0.name == anyName || tree[$0.name] != nil }
                case (.elements, .array): true
                case (.members, _), (.elements, _): false
                case (.value(.finished(let schema)), _):
                    schema["type"].map { $0 == .string(tree.typeName) || $0 == "number" && tree.typeName == "integer" }
                        ?? true
                case (.value, _): true
                }
            } || (acceptsNull && tree == .null)
    }
}
