/// Where control groups are found: one line of `/proc/self/mountinfo`.
struct ControlGroupMount {
    /// Whether it is version 2.
    let isUnified: Bool
    /// The group that is seen at the folder.
    private let root: Substring
    private let folder: Substring

    /// `nil` for what has no quota of processors.
    init?(_ line: Substring) {
        let halves = line.split(separator: " - ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let (place, kind) = (halves[0].split(separator: " "), halves[1].split(separator: " "))
        guard place.count > 4, kind.count > 2 else { return nil }
        isUnified = kind[0] == "cgroup2"
        guard isUnified || kind[0] == "cgroup" && kind[2].split(separator: ",").contains("cpu") else { return nil }
        (root, folder) = (place[3], place[4])
    }

    /// The folders of a group and of those above it, as far as they are seen.
    ///
    /// A group that is not below the mounted one, as where the process sees no more than its own, is taken for that.
    func folders(of group: Substring) -> [String] {
        var below = Substring()
        if root == "/" { below = group } else if group.hasPrefix(root + "/") { below = group.dropFirst(root.count) }
        let names = below.split(separator: "/")
        guard !names.contains("..") else { return [String(folder)] }
        return (0...names.count).map { ([folder] + names[..<$0]).joined(separator: "/") }
    }
}
