import Testing

@testable import PosternTasks

/// The encoding of the option for busy polling in the environment of a child.
@Suite struct BusyPollingTests {
    @Test(arguments: [
        (Duration.microseconds(50), "50000"), (.zero, "0"), (.seconds(-1), "0"), (.seconds(Int64.max), "1000000000"),
    ])
    func aDurationIsWrittenInNanoseconds(duration: Duration, text: String) {
        #expect(BusyPolling.text(duration) == text)
    }

    @Test(arguments: [nil, "", "soon", "50000000000000000000"] as [String?])
    func invalidTextIsZero(text: String?) { #expect(BusyPolling.duration(text) == .zero) }

    @Test func aNumberIsParsed() { #expect(BusyPolling.duration("50000") == .microseconds(50)) }
}
