import NIOCore
import PosternMeasuring

/// One attack against one server, from the rest before it to the rest after it.
struct Trial {
    let attack: Attack
    let target: Target
    let seed: UInt64
    /// The server, when this program has started it.
    let server: Server?

    private static let quietTime = Duration.milliseconds(1_500)
    private static let longestPause = Duration.milliseconds(100)

    /// Runs the attack, and returns the figures.
    func run() async throws -> Figures {
        try await warmUp()
        let victim = try await Victim(
            calling: attack.victimCall.method,
            expecting: attack.victimCall.result,
            at: target.address
        )
        let newcomers = Newcomers(target.address)
        let sampler = Sampler(target)
        do {
            let figures = try await measure(victim, newcomers, sampler)
            await victim.stop()
            return figures
        } catch {
            await victim.stop()
            throw error
        }
    }

    private func measure(_ victim: Victim, _ newcomers: Newcomers, _ sampler: Sampler) async throws -> Figures {
        var figures = Figures()
        _ = try await victim.take()
        figures.base = try await lowestUsage()
        let counts = try await source.atRest()
        figures.unknown = counts.unknown
        figures.quiet = try await victim.take().p99
        let causes = LogCauses(server?.log ?? "")
        let watching = Task { await sampler.run() }
        let connecting = Task { await newcomers.run() }
        defer { watching.cancel() }
        defer { connecting.cancel() }
        figures.outcome = try await AttackProcess(attack: attack, target: target, seed: seed).run()
        connecting.cancel()
        var seen = try await victim.take()
        (figures.p99, figures.median) = (seen.p99, seen.median)
        await recover(from: &figures, counts)
        seen.merge(try await victim.take())
        (figures.victimCalls, figures.failures) = (seen.times.count, seen.failures)
        figures.refusedNewcomers = newcomers.current.refused
        figures.peak = sampler.peak
        figures.log = LogCauses(server?.log ?? "").greatest(since: causes)
        figures.survived = target.isRunning
        return figures
    }

    /// Waits until memory, descriptors, threads and counts are back, for a limited time.
    private func recover(from figures: inout Figures, _ counts: ServerCounts) async {
        let begin = ContinuousClock.now
        repeat {
            try? await Task.sleep(for: Self.longestPause)
            figures.remains = await source.current.growth(since: counts)
            figures.after = Usage.current(of: target)
            if figures.remains.isEmpty, BarLimits.isBack(figures.after, to: figures.base) {
                figures.recovery = (ContinuousClock.now - begin).inSeconds
            }
        } while figures.recovery == nil && ContinuousClock.now - begin < BarLimits.recovery
    }

    private var source: CountSource { CountSource(target: target, server: server) }

    /// Returns the usage at rest: the memory at the end, and the least numbers of descriptors and threads.
    private func lowestUsage() async throws -> Usage {
        var lowest = Usage.current(of: target)
        let end = ContinuousClock.now + Self.quietTime
        while .now < end {
            try await Task.sleep(for: Self.longestPause)
            let usage = Usage.current(of: target)
            lowest.memory = usage.memory
            lowest.descriptors = min(lowest.descriptors, usage.descriptors)
            lowest.threads = max(lowest.threads, usage.threads)
        }
        return lowest
    }

    /// Makes the server allocate what it allocates only once.
    private func warmUp() async throws {
        let attacker = Attacker(server: target.address, native: target.native, seed: seed, end: .now + .seconds(5))
        for _ in 0..<20 {
            let connection = try await attacker.connect()
            connection.send(RequestText.post(RequestText.call("calculator.add", "[1,2]")))
            _ = await connection.take(within: .seconds(5), HTTPAnswer.parse)
            await connection.close()
            let socket = try await attacker.webSocket()
            socket.send(ClientFrame.text(RequestText.call("chat.history")).bytes)
            _ = await socket.take(within: .seconds(5), ServerFrame.parse)
            await socket.close()
        }
    }
}
