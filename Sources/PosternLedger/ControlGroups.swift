/// The control groups of this process that may limit one resource.
package struct ControlGroups {
    /// A directory with the files of one control group.
    package struct Folder: Hashable {
        /// The path of the directory.
        package let path: String
        /// Whether the directory is one of version 2.
        package let isUnified: Bool
    }

    /// The directories of the control group of this process and of each group above it, as far as they are visible.
    package let folders: [Folder]

    /// Finds the directories of a controller such as `cpu` or `memory`.
    ///
    /// Both versions may be mounted at the same time, each with its own hierarchy of groups.
    ///
    /// - Parameters:
    ///   - controller: The name of the controller in version 1; version 2 has all of them in one hierarchy.
    ///   - read: Returns the text of a file, or `nil` when it cannot be read.
    package init(of controller: String, read: (String) -> String?) {
        guard let mounts = read("/proc/self/mountinfo"), let groups = read("/proc/self/cgroup") else {
            folders = []
            return
        }
        let paths = Self.paths(groups, controller)
        folders = mounts.split(separator: "\n").compactMap { ControlGroupMount($0, controller: controller) }
            .flatMap { mount -> [Folder] in
                guard let path = paths[mount.isUnified ? "" : controller] else { return [] }
                return mount.folders(of: path).map { Folder(path: $0, isUnified: mount.isUnified) }
            }
    }

    /// Returns the path of the group of version 2 with the key "", and of that of version 1 with the controller's name.
    private static func paths(_ groups: String, _ controller: String) -> [String: Substring] {
        var paths: [String: Substring] = [:]
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            // A line is `hierarchy:controllers:path`, and version 2 has no controllers there.
            if fields[1].isEmpty { paths[""] = fields[2] }
            if fields[1].split(separator: ",").contains(controller[...]) { paths[controller] = fields[2] }
        }
        return paths
    }
}
