import FoundationEssentials

/// The memory and the number of threads of a process, as Linux reports them.
package struct ProcessMemory: Hashable, Sendable {
    /// The resident memory, in bytes.
    package let residentBytes: Int
    /// The number of threads.
    package let threads: Int

    /// Reads the status of a running process; returns `nil` when there is no such process.
    package init?(of process: Int32) {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
        self.init(text)
    }

    /// Parses the text of `/proc/PID/status`; returns `nil` when a number is missing, as for a process that has ended.
    package init?(_ text: String) {
        guard let kibibytes = Self.number("VmRSS:", in: text), let threads = Self.number("Threads:", in: text) else {
            return nil
        }
        residentBytes = kibibytes * 1024
        self.threads = threads
    }

    private static func number(_ name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.filter { "0"..."9" ~= $0 }) }
    }
}
