import ArgumentParser
import FoundationEssentials
import PosternNIO
import PosternPrograms

/// `postern-torture run`: the attacks, one after the other.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Runs attacks.")

    @Option(parsing: .upToNextOption, help: "The attacks to run; all by default.")
    var only: [String] = []

    @Flag(help: "Prints the attacks that the other options select, and runs none.")
    var list = false

    @Flag(help: "Prints one JSON object for each attack.")
    var json = false

    @Option(help: "The seed of everything random.")
    var seed: UInt64 = 1

    @Option(help: "Seconds for all together; below 600 those of the short form run, and what does not fit is left out.")
    var seconds: Int?

    @Flag(help: "Allows for other work on the machine: 99 of 100 calls of the victim may take 250 ms.")
    var busy = false

    @OptionGroup(title: "A server that is running")
    var server: TargetOptions

    func validate() throws {
        if let seconds, !(10...86_400).contains(seconds) {
            throw ValidationError("--seconds \(seconds) is not within 10 to 86400")
        }
        do throws(TortureFailure) { _ = try AttackCatalogue.selection(only, isShort: false) } catch {
            throw ValidationError("--only: \(error)")
        }
    }

    func run() async throws {
        let isShort = seconds.map { $0 < 600 } ?? false
        let attacks = try AttackCatalogue.selection(only, isShort: isShort)
        guard !list else { return attacks.filter(canRun).forEach { Output.line($0.tableRow) } }
        let isMissed = try await Interruption.run { try await runAll(attacks) }
        if isMissed { throw ExitCode(1) }
    }

    /// Runs the attacks while there is time; returns whether a bar was missed.
    private func runAll(_ attacks: [Attack]) async throws -> Bool {
        let end = seconds.map { ContinuousClock.now + .seconds($0) }
        var isMissed = false
        for attack in attacks {
            try Task.checkCancellation()
            guard canRun(attack) else {
                skip(attack, "needs a server of its own")
                continue
            }
            guard end.map({ $0 - .now > .seconds(attack.seconds + 6) }) ?? true else {
                skip(attack, "no time is left")
                continue
            }
            isMissed = await !isMet(attack) || isMissed
        }
        return isMissed
    }

    private func canRun(_ attack: Attack) -> Bool { server.target == nil || attack.runsAnywhere }

    /// Runs an attack, prints its line, and returns whether every bar was met.
    private func isMet(_ attack: Attack) async -> Bool {
        do {
            var verdict = try await verdict(attack)
            // Other work on the machine delays clients too, but hardly twice in a row.
            if !verdict.missed.isEmpty, Set(verdict.missed).isSubset(of: [.latency, .overload]) {
                verdict = try await self.verdict(attack)
            }
            Output.line(json ? try Self.json(verdict) : verdict.line)
            return verdict.missed.isEmpty
        } catch {
            if !Task.isCancelled { Output.error("\(attack.name) could not be run to its end: \(error)") }
            return false
        }
    }

    private func verdict(_ attack: Attack) async throws -> Verdict {
        let limits = BarLimits(budget: server.budget << 20, isBusy: busy)
        if let target = server.target {
            let figures = try await Trial(attack: attack, target: target, seed: seed, server: nil).run()
            return Verdict(figures, of: attack, limits)
        }
        let started = try await Server.start(for: attack)
        do {
            let trial = Trial(attack: attack, target: started.target, seed: seed, server: started)
            var figures = try await trial.run()
            figures.survived = await started.stop() && figures.survived
            return Verdict(figures, of: attack, limits)
        } catch {
            await started.stop()
            throw error
        }
    }

    private func skip(_ attack: Attack, _ reason: String) {
        Output.error("\(attack.name) is left out: \(reason)")
    }

    private static func json(_ verdict: Verdict) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(verdict), as: UTF8.self)
    }
}
