import FoundationEssentials
import Glibc

/// What this process has of the system.
enum OwnProcess {
    /// The children that have ended and were not waited for.
    static var zombies: [String] {
        entries(of: "/proc").filter { entry in
            guard Int(entry) != nil else { return false }
            let status = try? String(contentsOfFile: "/proc/\(entry)/stat", encoding: .utf8)
            return status?.contains(") Z \(getpid()) ") ?? false
        }
    }

    /// How many descriptors are open.
    static var descriptors: Int { entries(of: "/proc/self/fd").count }

    private static func entries(of folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
