/// How many event loops there are for the processors that the process may use, and why.
struct LoopChoice: Hashable, CustomStringConvertible {
    /// The number of event loops.
    let loops: Int
    /// The reason, for the log.
    let description: String

    /// One for each processor that the process may run on, and no more than whole processors of the quota.
    ///
    /// A part of a processor is not rounded up: loops that are stopped until the next period answer late.
    ///
    /// - Parameter read: Reads a file of the kernel; `nil` when it cannot be read.
    init(reading read: (String) -> String?) {
        let processors = Self.processors(read)
        let quota = withoutActuallyEscaping(read) { ProcessorQuota(read: $0).processors }
        let whole = quota.map { max(1, Int(min($0, Double(Self.maximum)))) } ?? Self.maximum
        loops = max(1, min(processors ?? 1, whole, Self.maximum))
        let allowed = processors.map { "\($0) \($0 == 1 ? "processor" : "processors") allowed" } ?? "processors unknown"
        description = quota.map { "\(allowed), quota of \(Self.shown($0))" } ?? "\(allowed), no quota"
    }

    /// The processors that the process may run on and that are there.
    private static func processors(_ read: (String) -> String?) -> Int? {
        let online = read("/sys/devices/system/cpu/online").flatMap { ProcessorSet($0) }
        let lines = read("/proc/self/status")?.split(separator: "\n") ?? []
        let mark = "Cpus_allowed_list:"
        let allowed = lines.first { $0.hasPrefix(mark) }.flatMap { ProcessorSet($0.dropFirst(mark.count)) }
        return allowed?.count(within: online) ?? online?.count
    }

    /// A number with at most two digits behind the point.
    private static func shown(_ quota: Double) -> String {
        let rounded = (quota * 100).rounded() / 100
        return rounded == rounded.rounded() && rounded < 1e9 ? "\(Int(rounded))" : "\(rounded)"
    }

    /// As many as `--loops` takes.
    static let maximum = 64
}
