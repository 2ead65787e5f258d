import FoundationEssentials
import Glibc

/// The CPU time that this process has used so far.
struct CPUTime {
    /// The CPU time of all threads, in microseconds.
    let all: Double
    /// The CPU time of SwiftNIO's threads, on which the load generator runs, in microseconds.
    let loadGenerator: Double

    /// Returns the CPU time used so far.
    static func now() -> CPUTime { CPUTime(all: Double(clock()), loadGenerator: loadGeneratorTime()) }

    private static func loadGeneratorTime() -> Double {
        // `schedstat` has nanoseconds; `clock()` counts ended threads too, this only the running ones.
        let tasks = "/proc/self/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.filter { text("\(tasks)/\($0)/comm").hasPrefix("NIO-") }
            .compactMap { text("\(tasks)/\($0)/schedstat").split(separator: " ").first.flatMap { Double($0) } }
            .reduce(0) { $0 + $1 / 1000 }
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
