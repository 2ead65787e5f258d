import Testing

@testable import Postern

/// Random schedules against two peers: whatever happens, every call is settled once and nothing is left.
@Suite(.timeLimit(.minutes(3))) struct SimulationTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyCallIsSettledOnceWhateverHappens(block: UInt64) async {
        for seed in block * 500..<(block + 1) * 500 {
            let faults = Simulation.run(seed: seed)
            #expect(faults == [], "seed \(seed)")
            if seed % 20 == 0 { await Task.yield() }
        }
    }

    @Test(arguments: PlantedBug.allCases)
    func aPlantedBugIsFound(bug: PlantedBug) async {
        var seed: UInt64 = 0
        while seed < 2_000, Simulation.run(seed: seed, bug: bug).isEmpty {
            seed += 1
            if seed % 20 == 0 { await Task.yield() }
        }
        #expect(seed < 2_000, "\(bug) was not found")
    }
}
