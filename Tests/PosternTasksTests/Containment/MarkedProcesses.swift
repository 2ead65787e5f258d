import Foundation

/// The processes with a marker in their environment, which all descendants of a process inherit.
///
/// Zombies are not included, as they have no environment.
struct MarkedProcesses: Sequence {
    struct Entry {
        let id: Int32
        let command: String

        /// Whether the process is a child that has ended and was not reaped.
        var hasZombie: Bool {
            MarkedProcesses.all.contains { other in
                let status = try? String(contentsOfFile: "/proc/\(other)/status", encoding: .utf8)
                return status?.contains("State:\tZ") ?? false && status?.contains("PPid:\t\(id)\n") ?? false
            }
        }
    }

    static let variable = "POSTERN_TEST_MARKER"

    private let entries: [Entry]

    init(_ marker: String) {
        let word = Data("\(Self.variable)=\(marker)\0".utf8)
        entries = Self.all.compactMap { id in
            let environment = try? Data(contentsOf: URL(filePath: "/proc/\(id)/environ"))
            guard environment?.range(of: word) != nil else { return nil }
            let command = (try? Data(contentsOf: URL(filePath: "/proc/\(id)/cmdline"))) ?? Data()
            return Entry(id: id, command: String(decoding: command, as: UTF8.self).replacing("\0", with: " "))
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    func makeIterator() -> IndexingIterator<[Entry]> { entries.makeIterator() }

    private static var all: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    }
}
