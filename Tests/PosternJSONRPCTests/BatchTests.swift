import Postern
import PosternJSONRPC
import PosternLedger
import Testing

/// Tests of batches: order, limits, duplicate ids and invalid entries.
@Suite struct BatchTests {
    private func add(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"add","params":[\#(id),1]}"# }
    private func slow(_ id: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"method":"slow"}"# }
    private func result(_ id: Int, _ value: Int) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":\#(value)}"# }
    private func batch(_ entries: [String]) -> String { "[" + entries.joined(separator: ",") + "]" }

    @Test func aFullBatchIsAnsweredInOrder() {
        let answer = TestClient().send(batch((1...1000).map(add)))
        #expect(answer == batch((1...1000).map { result($0, $0 + 1) }))
    }

    @Test(arguments: [1001, 100_000])
    func aBatchWithTooManyEntriesRunsNothing(count: Int) {
        let client = TestClient()
        let answer = client.send(batch((1...count).map(slow)))
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32010"#))
        #expect(client.actions.isEmpty)
        #expect(client.callsInFlight == 0)
    }

    @Test func aBatchIsAnsweredAsAWholeInTheOrderOfItsEntries() {
        let client = TestClient()
        #expect(client.send(batch([add(1), slow(2), slow(3), "7"])) == "")
        let tickets = client.started
        #expect(tickets.count == 2)
        #expect(client.finish(tickets[1], "33") == "")
        let answer = client.finish(tickets[0], "22")
        #expect(answer.hasPrefix("[" + result(1, 2) + "," + result(2, 22) + "," + result(3, 33) + ","))
        #expect(answer.errorCode == -32600)
        #expect(client.finish(tickets[0], "22") == "")
    }

    @Test func largeResponsesAreInTheOrderOfTheEntriesToo() {
        let client = TestClient()
        #expect(client.send(batch([add(1), slow(2), slow(3), slow(4), slow(5)])) == "")
        let tickets = client.started
        // Larger than a piece, so that responses before and behind them are in other pieces.
        let large = (2...5).map { #""\#(String(repeating: "\($0)", count: 100_000))""# }
        for index in [2, 0] { #expect(client.finish(tickets[index], large[index]) == "") }
        #expect(client.finish(tickets[3], "55") == "")
        let answer = client.finish(tickets[1], large[1])
        let results = ["2", large[0], large[1], large[2], "55"].enumerated()
        #expect(answer == batch(results.map { #"{"jsonrpc":"2.0","id":\#($0 + 1),"result":\#($1)}"# }))
    }

    @Test func anImmediateEntryAfterAStartedOneIsStartedToo() {
        let client = TestClient()
        #expect(client.send(batch([add(1), slow(2), add(3)])) == "")
        let calls = client.startedCalls
        #expect(calls.map(\.call.method) == ["slow", "add"])
        #expect(calls.map(\.options.placement) == [.concurrent, .onEventLoop])
        #expect(calls.map { $0.options.function != nil } == [false, true])
    }

    @Test func anImmediateCallIsStartedWhileAnEarlierOneHasNotBegun() {
        let client = TestClient()
        #expect(client.send(slow(1)) == "")
        #expect(client.send(add(2), isIdle: false) == "")
        #expect(client.startedCalls.map(\.options.placement) == [.onEventLoop])
        #expect(client.send(add(3)) == result(3, 4))
    }

    @Test(arguments: ["add", "slow", "short"], ["add", "slow", "short"])
    func aRepeatedIDInABatchIsRefusedForAllKindsOfMethods(first: String, second: String) {
        for id in ["7", #""x""#] {
            let entry = { (method: String) in #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":[3,4]}"# }
            let client = TestClient()
            var answer = client.send(batch([add(1), entry(first), entry(second)]))
            if let ticket = client.started.first { answer = client.finish(ticket, "7") }
            #expect(client.callsInFlight == 0)
            let refusal = #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32600,"message":"Invalid Request","#
            let results = "[" + result(1, 2) + #",{"jsonrpc":"2.0","id":\#(id),"result":7},"#
            #expect(answer.hasPrefix(results + refusal) && answer.contains("duplicate id"), "\(answer)")
        }
    }

    @Test func differentAndMissingIDsAreNotRepeated() {
        let entry = { (id: String) in #"{"jsonrpc":"2.0",\#(id)"method":"add","params":[1,2]}"# }
        let ids = [#""id":1,"#, #""id":"1","#, #""id":null,"#, #""id":null,"#, "", ""]
        let answer = TestClient().send(batch(ids.map(entry)))
        #expect(answer.matches(of: /"result":3/).count == 4 && answer.errorCode == nil)
    }

    @Test func theCallsOfABatchThatRunAtOnceAreLimited() {
        let client = TestClient()
        client.send(batch((1...100).map(slow) + [add(101)]))
        var running = client.started
        #expect(running.count == 32)
        var finished = 0
        var answer = ""
        while let ticket = running.first {
            running.removeFirst()
            answer = client.finish(ticket, "1")
            finished += 1
            running += client.started
            #expect(running.count <= 32)
            #expect(answer.isEmpty == (finished < 101))
        }
        #expect(finished == 101)
        #expect(answer == batch((1...101).map { result($0, 1) }))
        #expect(client.callsInFlight == 0)
    }

    @Test func notificationsInABatchAreNotAnswered() {
        let client = TestClient()
        let note = #"{"jsonrpc":"2.0","method":"slow"}"#
        #expect(client.send(batch([add(1), note])) == batch([result(1, 2)]))
        #expect(client.finish(client.started[0], "1") == "")
        #expect(client.callsInFlight == 0)
        #expect(client.send(batch([note])) == "")
    }

    @Test func aBatchWithoutAResponseLeavesNothingCharged() {
        let account = MemoryAccount(MemoryTally(MemoryLedger(budget: 1 << 30, onDrop: {}), limit: 1 << 20, onCut: {}))
        let client = TestClient(account: account)
        let (note, slow) = (#"{"jsonrpc":"2.0","method":"add","params":[1]}"#, #"{"jsonrpc":"2.0","method":"slow"}"#)
        client.send(batch(Array(repeating: note, count: 50)))
        #expect(account.held == 0)
        client.send(batch(Array(repeating: note, count: 50) + [slow]))
        _ = client.finish(client.started[0], "1")
        #expect(account.held == 0)
    }

    @Test func aNestedBatchIsAnInvalidEntry() {
        #expect(TestClient().send("[[" + add(1) + "]]").errorCode == -32600)
    }

    @Test func anInvalidEntryIsAnsweredWithItsID() {
        let answer = TestClient().send(#"[{"jsonrpc":"2.0","id":7,"method":1},\#(add(1))]"#)
        #expect(answer.hasPrefix(#"[{"jsonrpc":"2.0","id":7,"error":{"code":-32600"#))
        #expect(answer.hasSuffix("," + result(1, 2) + "]"))
    }

    @Test func anIDInFlightIsRefusedWithinABatch() {
        let client = TestClient()
        client.send(batch([slow(1), slow(1)]))
        let answer = client.finish(client.started[0], "5")
        #expect(answer.hasPrefix("[" + result(1, 5) + #",{"jsonrpc":"2.0","id":1,"error":{"code":-32600"#))
    }

    @Test func responsesAboveTheLimitAreReplaced() {
        var limits = JSONRPCLimits()
        limits.batchResponseBytes = 1000
        let big = { (id: Int) in #"{"jsonrpc":"2.0","id":\#(id),"method":"big","params":[400]}"# }
        let answer = TestClient(limits: limits).send(batch((1...10).map(big)))
        #expect(answer.ranges(of: "xxxx").count == 200)
        #expect(answer.ranges(of: "\"code\":-32011").count == 8)
        #expect(answer.ranges(of: #""executed":"yes""#).count == 1)
        #expect(answer.ranges(of: #""executed":"no""#).count == 7)
    }

    @Test func errorsCountTowardsTheLimit() {
        var limits = JSONRPCLimits()
        limits.batchResponseBytes = 250_000
        let fail = { (id: Int) in #"{"jsonrpc":"2.0","id":\#(id),"method":"fail","params":[10000]}"# }
        let answer = TestClient(limits: limits).send(batch((1...100).map(fail)))
        #expect(answer.utf8.count < 275_000)
        #expect(answer.ranges(of: "\"code\":-32011").count == 76)
    }

    @Test func callsWithoutRoomForTheirResponsesDoNotRun() {
        var limits = JSONRPCLimits()
        limits.batchResponseBytes = 100
        let client = TestClient(limits: limits)
        client.send(batch((1...40).map(slow)))
        let tickets = client.started
        #expect(client.finish(tickets[0], "\"" + String(repeating: "x", count: 200) + "\"") == "")
        #expect(client.started.isEmpty)
        var answer = ""
        for ticket in tickets.dropFirst() { answer = client.finish(ticket, "1") }
        #expect(answer.ranges(of: "\"code\":-32011").count == 40)
        #expect(answer.ranges(of: #""executed":"no""#).count == 8)
        #expect(client.callsInFlight == 0)
    }

    @Test func aWaitingEntryThatWasCancelledIsCancelledWhenItStarts() {
        let client = TestClient()
        client.send(batch((1...33).map(slow)))
        let first = client.started[0]
        client.send(#"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":33}}"#)
        #expect(client.cancelled.isEmpty)
        _ = client.finish(first, "1")
        #expect(client.started.count == 1)
        #expect(client.cancelled == client.started)
    }

    @Test func callsInFlightLimitTheEntriesThatRun() {
        var limits = JSONRPCLimits()
        limits.callsInFlight = 2
        let client = TestClient(limits: limits)
        client.send(slow(100))
        let single = client.started[0]
        client.send(batch([slow(1), slow(2)]))
        #expect(client.started.count == 1)
        #expect(client.finish(single, "1") == result(100, 1))
        #expect(client.started.count == 1)
    }

    @Test(arguments: ["[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[]x", "[{}", "[{},"])
    func aBatchThatIsNotJSONRunsNothing(text: String) {
        let client = TestClient()
        #expect(client.send(text).hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700"#))
        #expect(client.send("[" + slow(1) + "," + text).errorCode == -32700)
        #expect(client.actions.isEmpty)
    }
}
