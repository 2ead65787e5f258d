import Testing

@testable import PosternQueues

@Suite struct FairQueueTests {
    private static func popAll<Element>(_ queue: inout FairQueue<String, Element>) -> [Element] {
        var popped: [Element] = []
        while let element = queue.take() { popped.append(element) }
        return popped
    }

    @Test func ownersTakeTurns() {
        var queue = FairQueue<String, String>()
        for number in 1...4 { queue.append("a\(number)", of: "a") }
        queue.append("b1", of: "b")
        queue.append("c1", of: "c")
        queue.append("b2", of: "b")
        #expect(Self.popAll(&queue) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"])
        #expect(queue.isEmpty)
    }

    @Test func anOwnerThatReturnsHasTheLastTurn() {
        var queue = FairQueue<String, String>()
        queue.append("a1", of: "a")
        queue.append("b1", of: "b")
        #expect(queue.take() == "a1")
        queue.append("a2", of: "a")
        queue.append("c1", of: "c")
        #expect(Self.popAll(&queue) == ["b1", "a2", "c1"])
    }

    @Test func aNewOwnerWaitsForOneElementOfEachOther() {
        var queue = FairQueue<String, String>()
        for owner in ["a", "b", "c"] {
            for number in 1...1_000 { queue.append("\(owner)\(number)", of: owner) }
        }
        for _ in 0..<100 { #expect(queue.take() != nil) }
        queue.append("late", of: "late")
        let next = (0..<4).map { _ in queue.take() }
        #expect(next.contains("late"))
        #expect(Self.popAll(&queue).count == 2_897)
    }

    @Test func anEmptyQueueHasNoElement() {
        var queue = FairQueue<String, Int>()
        #expect(queue.isEmpty)
        #expect(queue.take() == nil)
    }

    @Test func aPoppedElementIsNotRetained() {
        final class Payload {}
        var queue = FairQueue<String, Payload>()
        weak var first: Payload?
        do {
            let payload = Payload()
            first = payload
            queue.append(payload, of: "a")
        }
        for _ in 0..<3 { queue.append(Payload(), of: "a") }
        #expect(first != nil)
        _ = queue.take()
        #expect(first == nil)
    }
}
