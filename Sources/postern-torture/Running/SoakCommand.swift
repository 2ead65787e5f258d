import ArgumentParser
import PosternMeasuring
import PosternPrograms

/// `postern-torture soak`: ordinary use for a long time, after which nothing has grown.
struct SoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Has clients of every kind come and leave, and fits lines to what the server uses."
    )

    @Option(help: "Seconds.")
    var seconds = 600

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (10...86_400).contains(seconds) else {
            throw ValidationError("--seconds \(seconds) is not within 10 to 86400")
        }
    }

    func run() async throws {
        let isMissed = try await Interruption.run { try await soak() }
        if isMissed { throw ExitCode(1) }
    }

    /// Runs the clients; returns whether a bar was missed.
    private func soak() async throws -> Bool {
        let server = try await Server.start(for: Churn.attack)
        do {
            let isMissed = try await soak(server)
            let isOrderly = await server.stop()
            if !isOrderly { Output.line("soak: the server did not stop in an orderly way") }
            return isMissed || !isOrderly
        } catch {
            await server.stop()
            throw error
        }
    }

    private func soak(_ server: Server) async throws -> Bool {
        let victim = try await Victim(calling: "calculator.add", at: server.target.address)
        let sampler = Sampler(server.target)
        let watching = Task { await sampler.run() }
        defer { watching.cancel() }
        let source = CountSource(target: server.target, server: server)
        let counts = try await source.atRest()
        var outcome = try await churn(at: server, seed: seed)
        // Without clients, so that nothing of theirs is under way.
        let atHalf = await source.remains(since: counts).map { "\($0) at half time" }
        let half = sampler.seconds
        outcome.faults += try await churn(at: server, seed: seed &+ 1_000).faults
        let end = sampler.seconds
        let remains = await atHalf + source.remains(since: counts).map { "\($0) at the end" }
        let figures = try await victim.take()
        await victim.stop()
        let verdict = SoakVerdict(sampler.series(after: 0), from: half, to: end, remains: remains)
        let failed = figures.failures.values.reduce(0, +)
        let missed = verdict.missed + (failed > 0 ? ["calls"] : []) + (outcome.faults.isEmpty ? [] : ["answers"])
        let result = missed.isEmpty ? "ok" : "MISSED " + missed.joined(separator: ", ")
        Output.line(
            "soak of \(seconds) s: \(result); from half time to the end \(verdict.line); victim p99 "
                + "\(figures.p99.rounded(to: 2)) ms, \(failed) of \(figures.times.count + failed) failed"
        )
        outcome.faults.forEach { Output.line($0) }
        return !missed.isEmpty
    }

    /// Has clients come and leave for half of the time.
    private func churn(at server: Server, seed: UInt64) async throws -> AttackOutcome {
        var attack = Churn.attack
        attack.seconds = seconds / 2
        return try await AttackProcess(attack: attack, target: server.target, seed: seed).run()
    }
}
