import Foundation
import PosternMeasuring

/// A gateway in a separate process.
final class GatewayProcess {
    let port: Int
    private let process = Process()

    init() throws {
        let output = Pipe()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["serve"]
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            process.terminate()
            throw BenchmarkFailure("The gateway did not start")
        }
        self.port = port
    }

    /// The resident memory of the process, in bytes.
    var residentBytes: Int { ProcessMemory(of: process.processIdentifier)?.residentBytes ?? 0 }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
