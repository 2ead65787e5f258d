import Testing

@testable import PosternQueues

struct QueueTests {
    @Test
    func elementsAreDequeuedInOrder() {
        var queue = Queue<Int>()
        var taken: [Int] = []
        for number in 0..<100 {
            queue.append(number)
            if number % 3 == 0, let first = queue.take() { taken.append(first) }
        }
        #expect(queue.count == 66 && !queue.isEmpty)
        while let first = queue.take() { taken.append(first) }
        #expect(taken == Array(0..<100))
        #expect(queue.count == 0 && queue.isEmpty && queue.take() == nil)
    }

    @Test
    func dequeuedElementsAreReleased() {
        final class Element: Sendable {}
        var queue = Queue<Element>()
        queue.append(Element())
        for _ in 0..<3 { queue.append(Element()) }
        weak let first = queue.take()
        #expect(first == nil)
        #expect(queue.count == 3)
    }
}
