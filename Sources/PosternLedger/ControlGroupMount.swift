/// A mount of control groups, from a line of `/proc/self/mountinfo`.
struct ControlGroupMount {
    /// Whether the mount is one of version 2.
    let isUnified: Bool
    /// The control group that is visible as the mount point.
    private let root: Substring
    /// The mount point.
    private let folder: Substring

    /// Parses a line; returns `nil` for a mount without the controller.
    init?(_ line: Substring, controller: String) {
        // Optional fields precede the separator, so the type of the file system is found behind it only.
        let halves = line.split(separator: " - ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        let (place, kind) = (halves[0].split(separator: " "), halves[1].split(separator: " "))
        guard place.count > 4, kind.count > 2 else { return nil }
        isUnified = kind[0] == "cgroup2"
        let controllers = kind[2].split(separator: ",")
        guard isUnified || kind[0] == "cgroup" && controllers.contains(controller[...]) else { return nil }
        (root, folder) = (place[3], place[4])
    }

    /// Returns the directories of a group and of the groups above it, as far as they are visible.
    ///
    /// A group that is not below the mounted one is replaced by the mounted one. That is the case in a container
    /// without a cgroup namespace, which sees its own group only.
    func folders(of group: Substring) -> [String] {
        var below = Substring()
        if root == "/" { below = group } else if group.hasPrefix(root + "/") { below = group.dropFirst(root.count) }
        let names = below.split(separator: "/")
        // A process outside of its cgroup namespace has a path with `..`.
        guard !names.contains("..") else { return [String(folder)] }
        return (0...names.count).map { ([folder] + names[..<$0]).joined(separator: "/") }
    }
}
