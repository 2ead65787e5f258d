import FoundationEssentials
import PosternMeasuring

/// What the processes of a server use.
struct Usage: Codable, Hashable, Sendable {
    /// The resident memory, in bytes.
    var memory = 0
    var descriptors = 0
    var threads = 0

    /// Reads the usage of an target; processes that have ended count as nothing.
    static func current(of target: Target) -> Usage {
        var usage = Usage()
        for process in target.processes {
            guard let status = ProcessMemory(of: process) else { continue }
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
            usage.memory += status.residentBytes
            usage.threads += status.threads
            usage.descriptors += files?.count ?? 0
        }
        if let group = target.controlGroup { usage.memory = memory(ofGroup: group) ?? usage.memory }
        return usage
    }

    /// The greater of each number.
    func peak(with other: Usage) -> Usage {
        Usage(
            memory: max(memory, other.memory),
            descriptors: max(descriptors, other.descriptors),
            threads: max(threads, other.threads)
        )
    }

    /// Reads the memory of a control group, without what the kernel can drop at any time.
    private static func memory(ofGroup folder: String) -> Int? {
        let statistics = (try? String(contentsOfFile: "\(folder)/memory.stat", encoding: .utf8)) ?? ""
        return ControlGroupMemory.anonymous(in: statistics)
    }
}

/// The memory of a control group, from the text of `memory.stat`.
enum ControlGroupMemory {
    /// Returns the number of bytes that belong to processes and cannot be dropped.
    ///
    /// `memory.current` would include the pages of files, which the kernel drops when memory is short.
    ///
    /// - Parameter statistics: The text of `memory.stat`, of either version of control groups.
    /// - Returns: The number, or `nil` when the text has none.
    static func anonymous(in statistics: String) -> Int? {
        let lines = statistics.split(separator: "\n").map { $0.split(separator: " ") }.filter { $0.count == 2 }
        // The first version has the sum over the children under this name, and `rss` for the group alone.
        for name in ["anon", "total_rss", "rss"] {
            if let line = lines.first(where: { $0[0] == name }) { return Int(line[1]) }
        }
        return nil
    }
}
