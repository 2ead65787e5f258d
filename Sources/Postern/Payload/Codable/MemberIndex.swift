/// The ranges of a map's members by name, fastest when members are read in the order of their encoding.
final class MemberIndex {
    private(set) var names: [String] = []
    private var ranges: [Range<Int>] = []
    /// The index after the member that was found last.
    private var next = 0
    /// The indices by name; filled when a map of more than 16 members is first read out of order.
    private var places: [String: Int] = [:]

    /// Appends a member.
    func add(_ name: String, _ range: Range<Int>) {
        names.append(name)
        ranges.append(range)
    }

    /// Returns the range of the value of the member with a name.
    func find(_ name: String) -> Range<Int>? {
        // A synthesized `init(from:)` reads members in the order of declaration, as `encode(to:)` wrote them.
        if next < names.count, names[next] == name {
            next += 1
            return ranges[next - 1]
        }
        // `decodeIfPresent` looks up the same name three times.
        if next > 0, names[next - 1] == name { return ranges[next - 1] }
        guard let index = names.count <= 16 ? names.firstIndex(of: name) : place(of: name) else { return nil }
        next = index + 1
        return ranges[index]
    }

    private func place(of name: String) -> Int? {
        if places.isEmpty {
            for (index, name) in names.enumerated() { places[name] = index }
        }
        return places[name]
    }
}
