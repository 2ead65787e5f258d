import PosternTestSupport
import Postern
import Synchronization
import Testing

private struct Tick: Codable, Equatable, Sendable {
    var number: Int
}

private struct Broken: AsyncSequence, AsyncIteratorProtocol, Sendable {
    var left = 2
    mutating func next() async throws -> Int? {
        left -= 1
        if left < 0 { throw CallError(.init(rawValue: 9), "broken") }
        return left
    }
    func makeAsyncIterator() -> Broken { self }
}

@Suite struct RouterStreamTests {
    let router = Router()

    @Test func itemsArriveInOrderUntilTheEnd() async throws {
        router.root.registerStream("count", "to") { (to: Int) -> AsyncStream<Tick> in
            AsyncStream { continuation in
                for number in 0..<to { continuation.yield(Tick(number: number)) }
                continuation.finish()
            }
        }
        var numbers: [Int] = []
        for try await item in try await router.stream("count", [5]) {
            numbers.append(try item.payload.decode(Tick.self).number)
            #expect(item.offset == nil)
        }
        #expect(numbers == [0, 1, 2, 3, 4])
    }

    @Test func anErrorEndsTheStream() async throws {
        router.root.registerStream("broken") { (call: CallContext) async throws -> Broken in Broken() }
        var iterator = try await router.stream("broken").makeAsyncIterator()
        #expect(try await iterator.next()?.payload.bytes == [1])
        #expect(try await iterator.next()?.payload.bytes == [0])
        await #expect(throws: CallError.self) { _ = try await iterator.next() }
        #expect(try await iterator.next()?.payload.bytes == nil)
    }

    @Test func droppingTheIteratorStopsTheProducer() async throws {
        let stopped = Gate()
        router.root.registerStream("endless") { () -> AsyncStream<Int> in
            AsyncStream { continuation in
                continuation.onTermination = { _ in stopped.open() }
                continuation.yield(1)
            }
        }
        var stream: ReplyStream? = try await router.stream("endless")
        var iterator = stream?.makeAsyncIterator()
        #expect(try await iterator?.next() != nil)
        iterator = nil
        stream = nil
        await stopped.wait()
    }

    @Test func cancellingTheReaderEndsTheWait() async throws {
        router.root.registerStream("silent") { () -> AsyncStream<Int> in AsyncStream { _ in } }
        let stream = try await router.stream("silent")
        let reader = Task {
            var iterator = stream.makeAsyncIterator()
            return try await iterator.next()
        }
        reader.cancel()
        #expect(try await reader.value?.payload.bytes == nil)
    }
}
