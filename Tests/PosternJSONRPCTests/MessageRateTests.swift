import Postern
import PosternTestSupport
import Testing

@testable import PosternJSONRPC

@Suite struct MessageRateTests {
    private let start = ContinuousClock.now

    private func time(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    /// The number of messages that are admitted of `count` at one time.
    private func admitted(_ count: Int, by rate: MessageRate, at milliseconds: Int) -> Int {
        (0..<count).count { _ in rate.admit(at: time(milliseconds)) == .admitted }
    }

    @Test(arguments: [1, 3, 100, 1 << 16])
    func theMessagesOfASecondMayBeSentAtOnce(limit: Int) {
        let rate = MessageRate(limit: limit)
        #expect(admitted(limit + 5, by: rate, at: 0) == limit)
        #expect(admitted(limit + 5, by: rate, at: 1_001) == limit)
        // Silence saves no more than the messages of one second.
        #expect(admitted(limit + 5, by: rate, at: 60_000) == limit)
    }

    @Test func aRefusalSaysWhenThereIsRoom() {
        let rate = MessageRate(limit: 4)
        #expect(admitted(4, by: rate, at: 0) == 4)
        #expect(rate.admit(at: time(100)) == .refused(retryAfter: .milliseconds(150)))
        #expect(rate.admit(at: time(249)) == .refused(retryAfter: .milliseconds(1)))
        #expect(rate.admit(at: time(250)) == .admitted)
        #expect(rate.admit(at: time(250)) == .refused(retryAfter: .milliseconds(250)))
    }

    @Test(arguments: [1, 7, 1_000])
    func aClientWithinTheRateIsNeverRefused(limit: Int) {
        let rate = MessageRate(limit: limit)
        let step = (1_000 + limit - 1) / limit
        #expect((0..<30_000).allSatisfy { rate.admit(at: time($0 * step)) == .admitted })
        #expect(!rate.isExceededForLong)
    }

    @Test(arguments: [1, 50])
    func aClientThatStaysAboveTheRateForTenSecondsIsNoticed(limit: Int) {
        let rate = MessageRate(limit: limit)
        let step = 500 / limit
        var (now, first) = (0, Int?.none)
        while !rate.isExceededForLong, now < 60_000 {
            if rate.admit(at: time(now)) != .admitted { first = first ?? now }
            now += step
        }
        let seconds = Double(now - (first ?? now)) / 1_000
        #expect(seconds >= 10 && seconds < 12)
    }

    @Test func aPauseBeginsTheTenSecondsAnew() {
        let rate = MessageRate(limit: 1)
        for second in 0..<9 { _ = admitted(5, by: rate, at: 1_000 * second) }
        for second in 11..<21 { _ = admitted(5, by: rate, at: 1_000 * second) }
        #expect(!rate.isExceededForLong)
        _ = admitted(5, by: rate, at: 21_000)
        #expect(rate.isExceededForLong)
    }

    @Test func aBurstThatIsOverClosesNothing() {
        let rate = MessageRate(limit: 10)
        #expect(admitted(100_000, by: rate, at: 0) == 10)
        #expect(admitted(1, by: rate, at: 10_500) == 1)
        #expect(!rate.isExceededForLong)
    }
}

/// The rate of messages as a session applies it.
@Suite struct SessionRateTests {
    private let reports = IncidentRecorder()

    private func client(_ limit: Int?, allowsSubscriptions: Bool = true) -> TestClient {
        var limits = JSONRPCLimits()
        limits.messagesPerSecond = limit
        return TestClient(limits: limits, allowsSubscriptions: allowsSubscriptions, observer: reports)
    }

    private func add(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"add","params":[1,\#(id)]}"# }
    private let update = #"{"jsonrpc":"2.0","method":"test.slow"}"#

    @Test func aCallAboveTheRateIsRefusedAndDoesNotRun() {
        let client = client(2)
        #expect(client.send(add(1)).contains(#""result":2"#) && client.send(add(2)).contains(#""result":3"#))
        let refused = client.send(add(3))
        #expect(refused.errorCode == -32005 && refused.hasPrefix(#"{"jsonrpc":"2.0","id":3,"#))
        let data = #""data":{"name":"resource_exhausted","retryable":true,"executed":"no","retryAfterMs":500}"#
        #expect(refused.contains(data))
        #expect(reports.all.map(\.cause) == ["messages per second"] && client.closeCode == nil)
        client.pass(.milliseconds(500))
        #expect(client.send(add(4)).contains(#""result":5"#))
    }

    @Test func aNotificationAboveTheRateIsDropped() {
        let client = client(1)
        #expect(client.send(update) == "" && client.started.count == 1)
        #expect(client.send(update) == "" && client.started.isEmpty)
        #expect(reports.all.map(\.kind) == [.notificationDropped] && reports.all[0].fields[.method] == "test/slow")
    }

    @Test func eachEntryOfABatchCounts() {
        let client = client(3)
        let answer = client.send("[" + (1...5).map(add).joined(separator: ",") + "]")
        #expect(answer.matches(of: /"result"/).count == 3)
        #expect(answer.matches(of: /-32005/).count == 2)
    }

    @Test(arguments: ["{", "7", "[]", #"{"jsonrpc":"2.0","id":1}"#])
    func aMessageThatIsNoRequestCounts(text: String) {
        let client = client(2)
        client.send(text)
        client.send(text)
        #expect(client.send(add(1)).errorCode == -32005)
    }

    @Test func aClientThatStaysAboveTheRateIsDisconnected() {
        let client = client(1)
        client.send(add(0))
        for id in 1...10 {
            #expect(client.send(add(id)).errorCode == -32005 && client.closeCode == nil)
            client.pass(.seconds(1))
            client.send(add(100 + id))
        }
        #expect(client.send(add(11)).errorCode == -32005 && client.closeCode == 4413)
    }

    private static let unlimited: [(Int?, Bool)] = [(nil, true), (2, false)]

    @Test(arguments: unlimited)
    func aSessionWithoutALimitAndAPostAreNotLimited(limit: Int?, allowsSubscriptions: Bool) {
        let client = client(limit, allowsSubscriptions: allowsSubscriptions)
        #expect((0..<1_000).allSatisfy { client.send(add($0)).contains("result") })
    }
}
