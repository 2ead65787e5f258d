import Testing

@testable import Postern

@Suite struct SuspensionTests {
    @Test func aTaskResumesWithTheValue() async {
        let early: Int = await Suspension.wait { $0.resume(returning: 1) }
        let late: Int = await Suspension.wait { suspension in Task { suspension.resume(returning: 2) } }
        #expect((early, late) == (1, 2))
    }

    @Test("A debug build traps when a task is resumed twice")
    func resumingTwiceTraps() async {
        await #expect(processExitsWith: .failure) {
            await Suspension<Void>.wait { suspension in
                suspension.resume()
                suspension.resume()
            }
        }
    }

    @Test("A debug build traps when a task that waits is never resumed")
    func neverResumingTraps() async {
        await #expect(processExitsWith: .failure) { await Suspension<Void>.wait { _ in } }
    }
}
