/// The file in which the kernel counts the processes of a control group that it killed for want of memory.
struct MemoryKillFile: Hashable, Sendable {
    let path: String

    /// The file of the control group of this process; `nil` when the system counts nothing that can be read.
    static var found: MemoryKillFile? {
        let groups = SystemCalls.text(of: "/proc/self/cgroup") ?? ""
        return candidates(groups).first { $0.count != nil }
    }

    /// Where the file may be.
    ///
    /// The root of a mount is tried after each group: in a container it is the group of the container, whose name
    /// outside is another one.
    ///
    /// - Parameter groups: The text of `/proc/self/cgroup`.
    /// - Returns: The files, to be tried in this order.
    static func candidates(_ groups: String) -> [MemoryKillFile] {
        groups.split(separator: "\n").flatMap { line -> [MemoryKillFile] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let group = parts[2] == "/" ? "" : parts[2]
            if parts[0] == "0" {
                return ["/sys/fs/cgroup\(group)", "/sys/fs/cgroup"].map { MemoryKillFile(path: "\($0)/memory.events") }
            }
            guard parts[1].split(separator: ",").contains("memory") else { return [] }
            let root = "/sys/fs/cgroup/memory"
            return ["\(root)\(group)", root].map { MemoryKillFile(path: "\($0)/memory.oom_control") }
        }
    }

    /// The number of kills; `nil` when the file cannot be read.
    var count: Int? { SystemCalls.text(of: path).flatMap(Self.count) }

    /// The number of kills in the text of such a file.
    static func count(in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill" { return Int(words[1]) }
        }
        return nil
    }
}
