import FoundationEssentials
import Glibc

/// The CPU time that this process has used.
struct CPUTime {
    /// All threads, in microseconds.
    let all: Double
    /// The threads of NIO, on which the load generator runs, in microseconds.
    let loadGenerator: Double

    /// Reads the clocks.
    static func now() -> CPUTime { CPUTime(all: Double(clock()), loadGenerator: loadGeneratorTime()) }

    private static func loadGeneratorTime() -> Double {
        let tasks = "/proc/self/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.filter { text("\(tasks)/\($0)/comm").hasPrefix("NIO-") }
            .compactMap { text("\(tasks)/\($0)/schedstat").split(separator: " ").first.flatMap { Double($0) } }
            .reduce(0) { $0 + $1 / 1000 }
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
