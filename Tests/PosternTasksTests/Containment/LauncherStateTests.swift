import Testing

@testable import PosternTasks

@Suite struct LauncherStateTests {
    @Test func signalsAreForwarded() {
        var state = LauncherState()
        #expect(state.receive(.signal(15)) == .forward(15))
        #expect(state.receive(.signal(10)) == .forward(10))
    }

    @Test func theEndOfTheControlSocketEndsTheProgramOnce() {
        var state = LauncherState()
        #expect(state.receive(.controlEnded) == .endProgram)
        #expect(state.receive(.controlEnded) == .none)
        #expect(state.receive(.graceOver) == .exit(137))
    }

    @Test func aProgramThatEndsInTimeKeepsItsStatus() {
        var state = LauncherState()
        #expect(state.receive(.controlEnded) == .endProgram)
        #expect(state.receive(.ended(5)) == .exit(5))
    }

    @Test func theEndOfTheParentAllowsNoGrace() {
        var state = LauncherState()
        #expect(state.receive(.parentEnded) == .exit(137))
    }
}
