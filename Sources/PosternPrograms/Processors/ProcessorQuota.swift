import PosternLedger

/// The quota of processor time of this process, in processors.
///
/// The control group of the process and each group above it may have a quota, of which the smallest applies. It is read
/// from `cpu.max` in version 2 of control groups, and from `cpu.cfs_quota_us` and `cpu.cfs_period_us` in version 1.
struct ProcessorQuota {
    /// Returns the text of a file, or `nil` when it cannot be read.
    let read: (String) -> String?

    /// The smallest quota, or `nil` when there is none.
    var processors: Double? {
        ControlGroups(of: "cpu", read: read).folders
            .compactMap { $0.isUnified ? unified(in: $0.path) : divided(in: $0.path) }.min()
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
