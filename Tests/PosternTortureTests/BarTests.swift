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
        (figures.quiet, figures.p99) = (0.4, 20)
        figures.victimCalls = 500
        figures.outcome = AttackOutcome(connections: 1, refusals: ["-32009": 1])
        figures.seconds = 5
        return figures
    }

    @Test func soundFiguresMissNoBar() { #expect(missed { _ in } == []) }

    @Test func everyBarCanBeMissed() {
        #expect(missed { $0.peak.memory = 286 << 20 + 65 << 10 } == [.memory])
        #expect(missed { $0.recovery = nil } == [.recovery])
        #expect(missed { $0.p99 = 20.1 } == [.latency])
        #expect(missed { $0.failures = ["-32009": 1] } == [.calls])
        #expect(missed { $0.refusedNewcomers = 1 } == [.calls])
        #expect(missed { $0.victimCalls = 0 } == [.calls])
        #expect(missed { $0.outcome.refusals = ["-32003": 1] } == [.refusal])
        #expect(missed { $0.outcome.faults = ["H6: 101"] } == [.answers])
        #expect(missed { $0.logLines = 148 } == [.log])
        #expect(missed { $0.survived = false } == [.life])
    }

    @Test func theLatencyMayDouble() {
        #expect(missed { ($0.quiet, $0.p99) = (30, 60) } == [])
        #expect(missed { ($0.quiet, $0.p99) = (30, 61) } == [.latency])
    }

    @Test func usageIsBackWithinItsRoom() {
        let base = Usage(memory: 30 << 20, descriptors: 10, threads: 4)
        #expect(BarLimits.isBack(Usage(memory: 62 << 20, descriptors: 10, threads: 12), to: base))
        #expect(!BarLimits.isBack(Usage(memory: 62 << 20 + 1, descriptors: 10, threads: 4), to: base))
        #expect(!BarLimits.isBack(Usage(memory: 30 << 20, descriptors: 11, threads: 4), to: base))
        #expect(!BarLimits.isBack(Usage(memory: 30 << 20, descriptors: 10, threads: 13), to: base))
    }

    private func missed(_ change: (inout Figures) -> Void) -> [Bar] {
        var figures = Self.sound
        change(&figures)
        return Verdict(figures, of: Self.attack, Self.limits).missed
    }
}
