/// The members of one map; found quickest in the order in which they stand.
final class MemberIndex {
    private(set) var names: [String] = []
    private var ranges: [Range<Int>] = []
    private var next = 0
    /// Filled when a large map is read out of order.
    private var places: [String: Int] = [:]

    func add(_ name: String, _ range: Range<Int>) {
        names.append(name)
        ranges.append(range)
    }

    func find(_ name: String) -> Range<Int>? {
        if next < names.count, names[next] == name {
            next += 1
            return ranges[next - 1]
        }
        // `decodeIfPresent` asks three times for the same name.
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
