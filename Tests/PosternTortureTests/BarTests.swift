import Testing

@testable import postern_torture

@Suite struct BarTests {
    private static let attack = Attack(name: "a", rows: "A1", summary: "", refusals: ["-32009", "close 4408"]) { _ in }
    private static let limits = BarLimits(budget: 256 << 20)

    /// Figures of an attack within every bar.
    private static var sound: Figures {
        var figures = Figures()
        figures.base = Usage(memory: 30 << 20, descriptors: 10, threads: 4)
        figures.peak = Usage(memory: 286 << 20, descriptors: 100, threads: 6)
        figures.after = figures.base
        figures.recovery = 0.1
        (figures.quiet, figures.p99, figures.median) = (0.4, 20, 20)
        figures.victimCalls = 500
        figures.outcome = AttackOutcome(connections: 1, refusals: ["-32009": 1])
        figures.log = LogRate("client refused", at: (0..<42).map { Double($0) / 100 })
        return figures
    }

    @Test func soundFiguresMissNoBar() { #expect(missed { _ in } == []) }

    @Test func everyBarCanBeMissed() {
        #expect(missed { $0.peak.memory = 286 << 20 + 65 << 10 } == [.memory])
        #expect(missed { $0.recovery = nil } == [.recovery])
        #expect(missed { $0.recovery = 15.1 } == [.recovery])
        #expect(missed { $0.p99 = 20.1 } == [.latency])
        #expect(missed { $0.failures = ["-32009": 1] } == [.calls])
        #expect(missed { $0.refusedNewcomers = 1 } == [.calls])
        #expect(missed { $0.victimCalls = 0 } == [.calls])
        #expect(missed { $0.outcome.refusals = ["-32003": 1] } == [.refusal])
        #expect(missed { $0.outcome.faults = ["H6: 101"] } == [.answers])
        #expect(missed { $0.log = LogRate("a", at: (0..<43).map { Double($0) / 100 }) } == [.log])
        #expect(missed { $0.survived = false } == [.life])
    }

    @Test func theLatencyMayDouble() {
        #expect(missed { ($0.quiet, $0.p99) = (30, 60) } == [])
        #expect(missed { ($0.quiet, $0.p99) = (30, 61) } == [.latency])
    }

    @Test func aBusyMachineMayDelayAFewCallsButNotAll() {
        let busy = BarLimits(budget: 256 << 20, isBusy: true)
        #expect(missed(busy) { ($0.median, $0.p99) = (20, 250) } == [])
        #expect(missed(busy) { ($0.median, $0.p99) = (20, 251) } == [.latency])
        // A handler that sleeps for 100 ms in every call, before the attack too.
        #expect(missed(busy) { ($0.quiet, $0.median, $0.p99) = (100, 100, 101) } == [.latency])
        #expect(missed { ($0.quiet, $0.median, $0.p99) = (100, 100, 101) } == [.latency])
    }

    /// The servers count in seconds of their own, two of which may meet in one second of a clock.
    @Test func linesMayComeInBurstsButNotGoOn() {
        let steady = { (lines: Int) in (0..<lines * 5).map { Double($0) / Double(lines) } }
        #expect(missed { $0.log = LogRate("a", at: steady(21)) } == [])
        // Within the bar for a second, but too many in five.
        #expect(missed { $0.log = LogRate("a", at: steady(40)) } == [.log])
        // On average within the bar.
        #expect(missed { $0.log = LogRate("a", at: [0] + [Double](repeating: 50, count: 43)) } == [.log])
    }

    @Test func anOverloadHasThreeBars() {
        var figures = OverloadFigures()
        (figures.peak, figures.deadline) = (1_000, 500)
        figures.goodput = ["0.5": 500, "1.0": 990, "2.0": 800]
        (figures.refused, figures.refusedP99, figures.answeredP99) = (900, 50, 500)
        func isWithin(_ limits: BarLimits = Self.limits, _ change: (inout OverloadFigures) -> Void) -> Bool {
            var changed = figures
            change(&changed)
            return changed.isWithin(limits)
        }
        #expect(isWithin { _ in })
        #expect(!isWithin { $0.goodput["2.0"] = 799 })
        #expect(!isWithin { $0.refusedP99 = 51 })
        #expect(isWithin(BarLimits(isBusy: true)) { $0.refusedP99 = 250 })
        #expect(!isWithin { $0.answeredP99 = 501 })
        #expect(!isWithin { $0.refused = 0 })
        #expect(!isWithin { $0.offered = 0.94 })
        #expect(!isWithin { $0 = OverloadFigures() })
    }

    @Test func anOverloadWithoutFiguresMissesItsBar() {
        var attack = Self.attack
        attack.measuresOverload = true
        #expect(Verdict(Self.sound, of: attack, Self.limits).missed == [.overload])
    }

    @Test func theLineHasEachFigureWithItsBar() {
        var figures = Self.sound
        figures.unknown = ["rpc.status"]
        let line = Verdict(figures, of: Self.attack, Self.limits).line
        let parts = [
            "; ok; memory 30 → 286 of 286 MiB", "; back in 0.1 of 15 s at 30 of 62 MiB, descriptors 10 → 10",
            "; p99 0.4 → 20.0 of 20.0 ms, median 20.0 of 20.0 ms", "; 0 of 500 calls failed",
            "; log 42 of 42 lines in a second, 42 of 50 in all", "; 1 connections at once, -32009 ×1",
            "; NOT KNOWN: rpc.status",
        ]
        for part in parts { #expect("; \(line)".contains(part.replacing("; ok", with: "ok")), "\(part)") }
    }

    @Test func aLogThatIsNotReadHasNoFigure() {
        var figures = Self.sound
        figures.unknown = ["log"]
        let line = Verdict(figures, of: Self.attack, Self.limits).line
        #expect(!line.contains("lines in a second"))
        #expect(line.hasSuffix("NOT KNOWN: log"))
    }

    @Test func connectionsCountWhileTheyAreOpen() {
        let record = AttackRecord()
        for _ in 0..<3 { record.countOpen() }
        for _ in 0..<2 { record.countClosed() }
        record.countOpen()
        #expect(record.current.connections == 3)
        for _ in 0..<2 { record.countOpen() }
        #expect(record.current.connections == 4)
    }

    @Test func usageIsBackWithinItsRoom() {
        let base = Usage(memory: 30 << 20, descriptors: 10, threads: 4)
        #expect(BarLimits.isBack(Usage(memory: 62 << 20, descriptors: 10, threads: 12), to: base))
        #expect(!BarLimits.isBack(Usage(memory: 62 << 20 + 1, descriptors: 10, threads: 4), to: base))
        #expect(!BarLimits.isBack(Usage(memory: 30 << 20, descriptors: 11, threads: 4), to: base))
        #expect(!BarLimits.isBack(Usage(memory: 30 << 20, descriptors: 10, threads: 13), to: base))
    }

    private func missed(_ limits: BarLimits = limits, _ change: (inout Figures) -> Void) -> [Bar] {
        var figures = Self.sound
        change(&figures)
        return Verdict(figures, of: Self.attack, limits).missed
    }
}
