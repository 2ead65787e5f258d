import Dispatch
import PosternTestSupport
import Synchronization
import Testing

@testable import LibWebSockets

@Suite struct FairWorkersTests {
    private final class Client: Sendable {}

    /// Occupies the only thread until the returned semaphore is signalled.
    private static func occupy(_ workers: FairWorkers) async -> DispatchSemaphore {
        let (began, end) = (Counter(), DispatchSemaphore(value: 0))
        let client = Client()
        Task {
            await workers.run(for: ObjectIdentifier(client)) {
                began.increment()
                end.wait()
            }
        }
        await settle { began.value == 1 }
        return end
    }

    @Test func theResultIsReturned() async {
        let client = Client()
        #expect(await FairWorkers(threads: 2).run(for: ObjectIdentifier(client)) { 7 } == 7)
    }

    private final class Order: Sendable {
        let names = Mutex<[String]>([])
        func append(_ name: String) { names.withLock { $0.append(name) } }
    }

    @Test func clientsTakeTurns() async {
        let workers = FairWorkers(threads: 1)
        let end = await Self.occupy(workers)
        let order = Order()
        let (first, second) = (Client(), Client())
        await withTaskGroup { group in
            for number in 1...3 {
                group.addTask {
                    await workers.run(for: ObjectIdentifier(first)) { order.append("first") }
                }
                await settle { workers.waitingCount == number }
            }
            group.addTask {
                await workers.run(for: ObjectIdentifier(second)) { order.append("second") }
            }
            await settle { workers.waitingCount == 4 }
            end.signal()
        }
        #expect(order.names.withLock { $0 } == ["first", "second", "first", "first"])
    }

    @Test func cancelledWorkIsDroppedWhileItWaits() async {
        let workers = FairWorkers(threads: 1)
        let end = await Self.occupy(workers)
        let (client, calls) = (Client(), Counter())
        let task = Task { await workers.run(for: ObjectIdentifier(client)) { calls.increment() } != nil }
        await settle { workers.waitingCount == 1 }
        task.cancel()
        // Returns although the thread is still occupied.
        #expect(await !task.value)
        end.signal()
        #expect(await workers.run(for: ObjectIdentifier(client)) { true } == true)
        #expect(calls.value == 0)
    }
}
