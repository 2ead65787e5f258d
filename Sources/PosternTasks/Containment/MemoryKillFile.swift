/// The file in which the kernel counts the processes of a control group that it has killed for lack of memory.
struct MemoryKillFile: Hashable, Sendable {
    let path: String

    /// The file of the control group of this process, or `nil` when there is none that can be read.
    static var found: MemoryKillFile? {
        let groups = SystemCalls.text(of: "/proc/self/cgroup") ?? ""
        return candidates(groups).first { $0.count != nil }
    }

    /// Returns the possible files for a process.
    ///
    /// After each group the root of the mount is tried: in a container the root is the group of the container, although
    /// `/proc` has the name that the group has outside.
    ///
    /// - Parameter groups: The text of `/proc/self/cgroup`.
    /// - Returns: The files, in the order in which they are to be tried.
    static func candidates(_ groups: String) -> [MemoryKillFile] {
        groups.split(separator: "\n").flatMap { line -> [MemoryKillFile] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let group = parts[2] == "/" ? "" : parts[2]
            // Hierarchy 0 is version 2 of control groups; version 1 has a hierarchy for each set of controllers.
            if parts[0] == "0" {
                return ["/sys/fs/cgroup\(group)", "/sys/fs/cgroup"].map { MemoryKillFile(path: "\($0)/memory.events") }
            }
            guard parts[1].split(separator: ",").contains("memory") else { return [] }
            let root = "/sys/fs/cgroup/memory"
            return ["\(root)\(group)", root].map { MemoryKillFile(path: "\($0)/memory.oom_control") }
        }
    }

    /// The number of kills, or `nil` when the file cannot be read.
    var count: Int? { SystemCalls.text(of: path).flatMap(Self.count) }

    /// Returns the number of kills in the text of a file.
    static func count(in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }
}
