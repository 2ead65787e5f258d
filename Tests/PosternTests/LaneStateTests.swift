@testable import Postern
import Testing

@Suite struct LaneStateTests {
    private func entry(isShort: Bool = false, isNotification: Bool = false) -> TestEntry {
        TestEntry(LaneTraits(isNotification: isNotification, isShort: isShort)) {}
    }

    /// Returns a lane with these entries, of which a turn has begun the first.
    private func lane(_ entries: TestEntry...) -> (state: LaneState, turn: Int) {
        var state = LaneState()
        for entry in entries { _ = state.append(entry) }
        let turn = state.beginTurn()
        _ = state.next(in: turn)
        return (state, turn)
    }

    /// Checks a lane as `HandlerLane` does.
    private func check(_ state: inout LaneState) -> (short: Int, finding: LaneState.Finding) {
        var (short, finding) = (0, state.check())
        guard finding.isStuck else { return (0, finding) }
        while state.takeShort() != nil { short += 1 }
        state.replaceTurn(&finding)
        return (short, finding)
    }

    private func word(_ step: LaneState.Step) -> String {
        switch step {
        case .begin: "begin"
        case .yield: "yield"
        case .idle: "idle"
        case .stop: "stop"
        }
    }

    @Test func aTurnIsSpawnedOnceAndWatchedWhenAnEntryWaits() {
        var state = LaneState()
        let first = state.append(entry())
        let second = state.append(entry())
        let third = state.append(entry())
        #expect([first.spawns, second.spawns, third.spawns] == [true, false, false])
        #expect([first.watches, second.watches, third.watches] == [false, true, false])
    }

    @Test func aTurnEndsAfterThirtyTwoEntries() {
        var state = LaneState()
        for _ in 0..<40 { _ = state.append(entry()) }
        let turn = state.beginTurn()
        let steps = (0..<33).map { _ in word(state.next(in: turn)) }
        #expect(steps == Array(repeating: "begin", count: 32) + ["yield"])
        let next = state.beginTurn()
        #expect((0..<9).map { _ in word(state.next(in: next)) } == Array(repeating: "begin", count: 8) + ["idle"])
    }

    @Test func nothingBeginsInALaneThatIsHeld() {
        var (state, turn) = lane(entry(), entry())
        state.hold()
        #expect(word(state.next(in: turn)) == "stop")
        let appended = state.append(entry())
        #expect(!appended.spawns && !appended.watches)
        let released = state.release()
        #expect(released.spawns && !released.isIdle)
        turn = state.beginTurn()
        #expect((0..<3).map { _ in word(state.next(in: turn)) } == ["begin", "begin", "idle"])
    }

    @Test func theEntriesBehindAHandlerThatHoldsItsThreadWaitWhileTheLaneIsHeld() {
        var (state, _) = lane(entry(), entry(isShort: true), entry())
        _ = state.check()
        state.hold()
        let whileHeld = check(&state)
        #expect(!whileHeld.finding.spawns && whileHeld.short == 0 && whileHeld.finding.isWatched)
        #expect(!state.release().spawns)
        let afterwards = check(&state)
        #expect(afterwards.finding.spawns && afterwards.short == 1)
    }

    @Test func shortEntriesStopAtTheOneThatCausesAHold() {
        var (state, _) = lane(entry(), entry(isShort: true), entry(isShort: true))
        _ = state.check()
        var finding = state.check()
        #expect(finding.isStuck && state.takeShort() != nil)
        state.hold()
        #expect(state.takeShort() == nil)
        state.replaceTurn(&finding)
        #expect(!finding.spawns && !finding.isIdle && finding.isWatched)
    }

    @Test func aLaneReleasedBeforeItsTurnContinuesSpawnsNoOtherTurn() {
        var (state, turn) = lane(entry(), entry())
        state.hold()
        #expect(!state.release().spawns)
        #expect(word(state.next(in: turn)) == "begin")
    }

    @Test func aLaneThatIsReleasedWithoutEntriesIsIdle() {
        var state = LaneState()
        state.hold()
        #expect(state.release().isIdle)
        #expect(!state.release().isIdle)
    }

    @Test func aTurnThatHasLastedSinceTheLastCheckEnds() {
        var (state, turn) = lane(entry(), entry(), entry())
        _ = state.check()
        _ = state.next(in: turn)
        let finding = state.check()
        #expect(!finding.spawns && finding.isWatched)
        #expect(word(state.next(in: turn)) == "yield")
    }

    @Test func theTurnOfAHandlerThatHoldsItsThreadSinceTheLastCheckIsReplaced() {
        var (state, turn) = lane(entry(), entry())
        #expect(!check(&state).finding.spawns)
        #expect(check(&state).finding.spawns)
        let next = state.beginTurn()
        #expect(word(state.next(in: turn)) == "stop")
        #expect(word(state.next(in: next)) == "begin")
    }

    @Test func shortEntriesBehindAHandlerThatHoldsItsThreadBeginImmediately() {
        var (state, turn) = lane(entry(), entry(isShort: true), entry(isShort: true))
        _ = state.check()
        let (short, finding) = check(&state)
        #expect(short == 2 && finding.isIdle && !finding.spawns)
        #expect(word(state.next(in: turn)) == "stop")
        #expect(state.append(entry()).spawns)
    }

    @Test func aNotificationIsOvertakenByShortCallsOnly() {
        var (state, turn) = lane(entry(isNotification: true), entry(isShort: true), entry())
        _ = state.check()
        let (short, finding) = check(&state)
        #expect(short == 1 && !finding.spawns && !finding.isIdle)
        #expect(word(state.next(in: turn)) == "yield")
    }

    @Test func checksEndWhenNothingWaits() {
        var (state, _) = lane(entry(), entry())
        #expect(state.removeAll().count == 1)
        #expect(!state.check().isWatched)
    }

    @Test func removedEntriesNeverBegin() {
        var state = LaneState()
        for _ in 0..<3 { _ = state.append(entry()) }
        let turn = state.beginTurn()
        _ = state.next(in: turn)
        #expect(state.removeAll().count == 2)
        #expect(word(state.next(in: turn)) == "idle")
    }
}
