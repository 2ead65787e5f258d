import Dispatch
import FoundationEssentials
@testable import Postern
import Testing

/// Random schedules against peers: in each, every call is settled once and no state remains.
@Suite(.timeLimit(.minutes(10)))
struct SimulationTests {
    @Test("10,000 schedules settle every call once, use nothing after its release, and leave nothing")
    func everyScheduleEndsWell() async {
        let start = ContinuousClock.now
        let failures = await withTaskGroup(of: UInt64?.self) { group in
            for block: UInt64 in 0..<20 {
                group.addTask { await Self.firstFailure(in: block * 500..<(block + 1) * 500, on: Self.longThread) }
            }
            return await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
        }
        for seed in failures.sorted() { Issue.record("\(Self.report(seed))") }
        print("10,000 schedules took \(ContinuousClock.now - start)")
    }

    @Test("Every planted bug is found", arguments: PlantedBug.allCases)
    func aPlantedBugIsFound(bug: PlantedBug) async {
        let seed = await Self.firstFailure(in: 0..<10_000, bug, on: Self.shortThread)
        print("\(bug): \(seed.map { "seed \($0)" } ?? "not found")")
        #expect(seed != nil, "\(bug) was not found")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func aSeedDeterminesItsSchedule(seed: UInt64) { #expect(Self.report(seed) == Self.report(seed)) }

    /// Prints the schedule of the seed in `POSTERN_SEED`, with the planted bug in `POSTERN_BUG` if there is one.
    ///
    /// `POSTERN_SEED=17 swift test --filter SimulationTests/oneSchedule`
    @Test(.enabled(if: environment["POSTERN_SEED"] != nil))
    func oneSchedule() throws {
        let seed = try #require(Self.environment["POSTERN_SEED"].flatMap { UInt64($0) })
        let bug = PlantedBug.allCases.first { "\($0)" == Self.environment["POSTERN_BUG"] }
        print(Self.report(seed, bug))
        #expect(Simulation.run(seed: seed, bug: bug).faults == [])
    }

    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Threads of their own, so that these long runs do not occupy the threads of other tests.
    private static let longThread = DispatchQueue(label: "schedules")
    private static let shortThread = DispatchQueue(label: "planted bugs")

    private static func firstFailure(
        in seeds: Range<UInt64>,
        _ bug: PlantedBug? = nil,
        on thread: DispatchQueue
    ) async -> UInt64? {
        await withCheckedContinuation { continuation in
            thread.async {
                continuation.resume(returning: seeds.first { !Simulation.run(seed: $0, bug: bug).faults.isEmpty })
            }
        }
    }

    /// Returns the actions of a schedule, one a line, and the rules that it has violated.
    private static func report(_ seed: UInt64, _ bug: PlantedBug? = nil) -> String {
        let outcome = Simulation.run(seed: seed, bug: bug, isLogged: true)
        let end = outcome.faults.isEmpty ? "no rule was broken" : "broken: \(outcome.faults.joined(separator: "; "))"
        return (["seed \(seed)"] + outcome.schedule + [end]).joined(separator: "\n")
    }
}
