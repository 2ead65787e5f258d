import FoundationEssentials
import Glibc

/// The processes that carry a mark in their environment, which all that they start inherit.
struct Survivors {
    let mark = "POSTERN_TEST_MARK=\(UInt64.random(in: .min ... .max))"

    /// The variable that the first process is started with.
    var variable: (name: String, value: String) {
        let parts = mark.split(separator: "=")
        return (String(parts[0]), String(parts[1]))
    }

    /// The numbers of those that are there, each with its state and command; zombies have lost their mark.
    var running: [String] {
        let needle = Array(mark.utf8)
        return processes.compactMap { number in
            guard let environment = try? Data(contentsOf: URL(filePath: "/proc/\(number)/environ")) else { return nil }
            guard Array(environment).split(separator: 0).contains(where: { $0.elementsEqual(needle) }) else {
                return nil
            }
            let command = (try? String(contentsOfFile: "/proc/\(number)/comm", encoding: .utf8)) ?? "?"
            return "\(number) \(command.filter { !$0.isNewline })"
        }
    }

    /// The children of this process that have ended and were not waited for.
    static var zombies: [String] {
        Survivors().processes.filter { number in
            guard let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8) else {
                return false
            }
            return status.contains(") Z \(getpid()) ")
        }
    }

    /// How many descriptors this process has open.
    static var descriptors: Int { (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0 }

    private var processes: [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.filter { Int($0) != nil }
    }
}
