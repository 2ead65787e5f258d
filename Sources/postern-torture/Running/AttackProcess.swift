import Foundation
import NIOCore
import PosternNIO

/// An attack in a process of its own, at a lower priority, so that the victim's latency is that of the server.
///
/// An attack that measures latency itself has the usual priority.
struct AttackProcess {
    let attack: Attack
    let target: Target
    let seed: UInt64

    private static let descriptors = 16_384

    /// Runs the attack to its end, and returns what it has seen.
    @concurrent
    func run() async throws -> AttackOutcome {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        let limit = "ulimit -n \(Self.descriptors) 2>/dev/null || ulimit -n $(ulimit -H -n)"
        process.arguments = ["-c", "\(limit); exec nice -n \(attack.measuresOverload ? 0 : 10) \"$@\"", "sh"] + command
        process.standardOutput = output
        try process.run()
        let end = ContinuousClock.now + .seconds(attack.seconds + 10)
        while process.isRunning, .now < end, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            throw TortureFailure("\(attack.name) did not end")
        }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        guard let outcome = try? JSONDecoder().decode(AttackOutcome.self, from: data) else {
            throw TortureFailure("\(attack.name) ended without a result")
        }
        return outcome
    }

    private var command: [String] {
        let own = [ServerProcess.path(of: "postern-torture"), "attack", attack.name]
        let address = "\(target.address.ipAddress ?? ""):\(target.address.port ?? 0)"
        let native = target.native.map { ["--native", "\($0)"] } ?? []
        return own + ["--address", address, "--seed", "\(seed)", "--seconds", "\(attack.seconds)"] + native
    }
}
