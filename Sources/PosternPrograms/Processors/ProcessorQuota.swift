/// The quota of processor time of this process, in processors.
///
/// The control group of the process and each group above it may have a quota, of which the smallest applies. It is read
/// from `cpu.max` in version 2 of control groups, and from `cpu.cfs_quota_us` and `cpu.cfs_period_us` in version 1.
struct ProcessorQuota {
    /// Returns the text of a file, or `nil` when it cannot be read.
    let read: (String) -> String?

    /// The smallest quota, or `nil` when there is none.
    var processors: Double? {
        guard let mounts = read("/proc/self/mountinfo"), let groups = read("/proc/self/cgroup") else { return nil }
        let paths = Self.paths(groups)
        // Both versions may be mounted at the same time, each with its own hierarchy of groups.
        return mounts.split(separator: "\n").compactMap(ControlGroupMount.init).compactMap { mount in
            guard let path = paths[mount.isUnified ? "" : "cpu"] else { return nil }
            return mount.folders(of: path).compactMap { mount.isUnified ? unified(in: $0) : divided(in: $0) }.min()
        }.min()
    }

    /// Returns the path of the group of version 2 with the key "", and of the `cpu` controller of version 1 with "cpu".
    private static func paths(_ groups: String) -> [String: Substring] {
        var paths: [String: Substring] = [:]
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            // A line is `hierarchy:controllers:path`, and version 2 has no controllers there.
            if fields[1].isEmpty { paths[""] = fields[2] }
            if fields[1].split(separator: ",").contains("cpu") { paths["cpu"] = fields[2] }
        }
        return paths
    }

    /// Reads `cpu.max`, which is `50000 100000`, or `max 100000` for no quota.
    private func unified(in folder: String) -> Double? {
        let words = read(folder + "/cpu.max")?.split(whereSeparator: \.isWhitespace) ?? []
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]) else { return nil }
        return period > 0 && quota > 0 ? quota / period : nil
    }

    /// Reads the quota and the period, both in microseconds.
    ///
    /// A quota of -1 means that there is none.
    private func divided(in folder: String) -> Double? {
        guard let quota = number("\(folder)/cpu.cfs_quota_us"), let period = number("\(folder)/cpu.cfs_period_us")
        else { return nil }
        return period > 0 && quota > 0 ? quota / period : nil
    }

    private func number(_ path: String) -> Double? {
        read(path).flatMap { $0.split(whereSeparator: \.isWhitespace).first }.flatMap { Double($0) }
    }
}
