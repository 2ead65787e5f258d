import Testing

/// Durations are clamped before arithmetic: those of users may have any size, and adding them would trap.
@Suite struct DurationTests {
    /// The file with the clamping, which accepts every duration.
    private static let clamping = "Sources/Postern/Waiting/Moment.swift"

    /// The modules that receive durations from users; the others have only their own.
    private static let modules: Set<String> = ["Postern", "PosternNIO", "PosternJSONRPC", "PosternGateway", "postern"]

    @Test func everyDurationIsClampedBeforeItIsCountedWith() {
        let files = SourceTree.files(in: ["Sources/"]).filter { file in
            file.path != Self.clamping && Self.modules.contains(file.module)
        }
        let found = files.flatMap { file in file.code.filter(Self.isUnclamped).map { "\(file.path): \($0)" } }
        #expect(found == [])
    }

    @Test(arguments: [
        "let end = timeout.map { .now + $0 }", "let end = ContinuousClock.now + timeout", "let end = .now() + time",
        "try? await Task.sleep(for: grace)", "try? await Task.sleep(until: deadline, clock: .continuous)",
        "watch(TimeAmount(options.frameTimeout))",
    ])
    func aDurationThatIsNotClampedIsFound(line: String) { #expect(Self.isUnclamped(line)) }

    @Test(arguments: [
        "let end = timeout.map { .now.later(by: $0) }", "try? await Task.sleep(for: .milliseconds(10))",
        "try? await Task.sleep(for: Self.pause)", "try? await Task.sleep(for: grace.clamped)",
        "let limit = NIODeadline.now() + TimeAmount(timeout.clamped)", "let time: TimeAmount",
    ])
    func otherLinesPass(line: String) { #expect(!Self.isUnclamped(line)) }

    private static func isUnclamped(_ line: String) -> Bool {
        guard !line.contains(".clamped") else { return false }
        return line.contains(#/[. ]now(\(\))? \+ /#) || line.contains(#/\.sleep\((for|until): [a-z]/#)
            || line.contains(#/TimeAmount\([a-z]/#)
    }
}
