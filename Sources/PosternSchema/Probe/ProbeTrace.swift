/// What a type's `init(from:)` has read at one place, in one or several runs.
final class ProbeTrace {
    /// A way of reading one place.
    enum Access: Hashable {
        case members
        case elements
        case value(SchemaNode)
    }

    /// The names from the outermost value, joined by `/`.
    let path: String
    /// The number of the attempt that first read the place.
    let attempt: Int
    /// Whether the value is created as small as possible, without optional members.
    let isMinimal: Bool
    /// The ways in which the place was read, in the order of the first reads.
    private(set) var accesses: [Access] = []
    /// Whether the type has checked for null.
    var isNullAsked = false
    /// The names of the fixed set of keys that the type has asked for; empty if it has not.
    var keyNames: [String] = []
    /// The name under which any key was reported to the type; `nil` if it has not asked for unknown keys.
    var anyName: String?
    /// Whether the type reads elements until there are no more.
    var isList = false
    /// The number of runs that have read the place, and of those that have read it as an object.
    private(set) var runs = 1
    private(set) var runsOfMembers = 0
    private(set) var members: [(name: String, trace: ProbeTrace)] = []
    private(set) var elements: [ProbeTrace] = []
    /// Whether the type accepts an object without the member.
    var isSkippable = false
    /// Whether the type accepts null in this place.
    var acceptsNull = false

    init(path: String = "", attempt: Int = 0, isMinimal: Bool = false) {
        self.path = path
        self.attempt = attempt
        self.isMinimal = isMinimal
    }

    /// Records a way of reading.
    func note(_ access: Access) {
        guard !accesses.contains(access) else { return }
        accesses.append(access)
        if access == .members { runsOfMembers = 1 }
    }

    /// Returns the trace of a member, and creates it at the first read.
    func member(_ name: String) -> ProbeTrace {
        if let known = members.first(where: { $0.name == name }) { return known.trace }
        let trace = ProbeTrace(path: "\(path)/\(name)", attempt: attempt, isMinimal: isMinimal)
        members.append((name, trace))
        return trace
    }

    /// Returns the trace of an element, and creates it at the first read.
    func element(_ index: Int) -> ProbeTrace {
        while elements.count <= index {
            elements.append(ProbeTrace(path: "\(path)/\(elements.count)", attempt: attempt, isMinimal: isMinimal))
        }
        return elements[index]
    }

    /// Adds what another run has read.
    func merge(_ other: ProbeTrace) {
        runs += other.runs
        runsOfMembers += other.runsOfMembers
        for access in other.accesses where !accesses.contains(access) { accesses.append(access) }
        isNullAsked = isNullAsked || other.isNullAsked
        isList = isList || other.isList
        anyName = anyName ?? other.anyName
        if keyNames.isEmpty { keyNames = other.keyNames }
        for (name, trace) in other.members {
            if let known = members.first(where: { $0.name == name }) {
                known.trace.merge(trace)
            } else {
                members.append((name, trace))
            }
        }
        for (index, trace) in other.elements.enumerated() {
            if index < elements.count { elements[index].merge(trace) } else { elements.append(trace) }
        }
    }

    /// Returns whether all places that another trace has read are known here.
    func hasRead(_ other: ProbeTrace) -> Bool {
        let known = Set(places.map(\.path))
        return other.places.allSatisfy { known.contains($0.path) }
    }

    /// All places at and below this one.
    var places: [ProbeTrace] { [self] + members.flatMap(\.trace.places) + elements.flatMap(\.places) }
}
