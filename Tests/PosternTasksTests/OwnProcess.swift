import FoundationEssentials
import Glibc

/// The system resources of this process.
enum OwnProcess {
    /// The children that have ended and were not reaped.
    static var zombies: [String] {
        entries(of: "/proc").filter { entry in
            guard Int(entry) != nil else { return false }
            let status = try? String(contentsOfFile: "/proc/\(entry)/stat", encoding: .utf8)
            return status?.contains(") Z \(getpid()) ") ?? false
        }
    }

    /// The number of open descriptors.
    static var descriptors: Int { entries(of: "/proc/self/fd").count }

    private static func entries(of folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
