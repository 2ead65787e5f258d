import Postern
import PosternTestSupport
import Testing

@testable import PosternGateway

@Suite struct IncidentCounterTests {
    @Test func incidentsAreCountedByKindAndCauseAndPassedOn() {
        let recorder = IncidentRecorder()
        let counter = IncidentCounter(recorder)
        for cause in ["b", "a", "b"] { counter.observe(Incident(.clientCut, cause: cause)) }
        counter.observe(Incident(.callRefused, cause: "a"))
        #expect(recorder.all.count == 4)
        #expect(
            counter.counts == [
                IncidentCount(kind: "call refused", cause: "a", count: 1),
                IncidentCount(kind: "client cut off", cause: "a", count: 1),
                IncidentCount(kind: "client cut off", cause: "b", count: 2),
            ]
        )
    }

    @Test func theCauseAboveTheLimitIsCountedWithTheOthers() {
        let counter = IncidentCounter(IncidentRecorder())
        for number in 0..<300 { counter.observe(Incident(.callFailed, cause: "\(number)")) }
        #expect(counter.counts.count == 257)
        #expect(counter.counts.contains(IncidentCount(kind: "call failed", cause: "others", count: 44)))
    }

    /// A gateway does not wrap the counter of a program, which its other doors use too.
    @Test func anObserverThatCountsIsNotCountedTwice() {
        let counter = IncidentCounter(IncidentRecorder())
        #expect(IncidentCounter.counting(counter) === counter)
        #expect(IncidentCounter.counting(IncidentRecorder()) !== counter)
    }
}
