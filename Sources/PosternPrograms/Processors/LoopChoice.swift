/// The number of event loops for the processors that the process may use, with the reason.
struct LoopChoice: Hashable, CustomStringConvertible {
    /// The number of event loops.
    let loops: Int
    /// The reason, for the log.
    let description: String

    /// Chooses one loop for each processor that the process may run on, limited by the quota of processor time.
    ///
    /// The quota is rounded down: loops that exceed it are suspended until the next period, which delays answers.
    ///
    /// - Parameter read: Returns the text of a file of the kernel, or `nil` when it cannot be read.
    init(reading read: (String) -> String?) {
        let processors = Self.processors(read)
        let quota = withoutActuallyEscaping(read) { ProcessorQuota(read: $0).processors }
        let whole = quota.map { max(1, Int(min($0, Double(Self.maximum)))) } ?? Self.maximum
        // One loop when nothing is known: it works everywhere.
        loops = max(1, min(processors ?? 1, whole, Self.maximum))
        let allowed = processors.map { "\($0) \($0 == 1 ? "processor" : "processors") allowed" } ?? "processors unknown"
        description = quota.map { "\(allowed), quota of \(Self.shown($0))" } ?? "\(allowed), no quota"
    }

    /// Returns the number of online processors that the process may run on, or `nil` when it is unknown.
    private static func processors(_ read: (String) -> String?) -> Int? {
        let online = read("/sys/devices/system/cpu/online").flatMap { ProcessorSet($0) }
        let lines = read("/proc/self/status")?.split(separator: "\n") ?? []
        let mark = "Cpus_allowed_list:"
        let allowed = lines.first { $0.hasPrefix(mark) }.flatMap { ProcessorSet($0.dropFirst(mark.count)) }
        // The mask of a process may contain processors that do not exist.
        return allowed?.count(within: online) ?? online?.count
    }

    /// Returns a number with at most two decimals.
    private static func shown(_ quota: Double) -> String {
        let rounded = (quota * 100).rounded() / 100
        return rounded == rounded.rounded() && rounded < 1e9 ? "\(Int(rounded))" : "\(rounded)"
    }

    /// The maximum of `--loops`.
    static let maximum = 64
}
