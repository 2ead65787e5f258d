@testable import Postern
import Testing

@Suite(.timeLimit(.minutes(10)))
struct WaitingTasksTests {
    @Test
    func allTasksAreWoken() async {
        let tasks = WaitingTasks()
        let waits = await begin(3, tasks)
        tasks.wakeAll()
        for wait in waits { await wait.task.value }
    }

    @Test
    func aTicketEndsOneWait() async {
        let tasks = WaitingTasks()
        let waits = await begin(2, tasks)
        tasks.wake(waits[0].ticket)
        await waits[0].task.value
        tasks.wake(waits[0].ticket)
        waits[1].task.cancel()
        await waits[1].task.value
    }

    @Test
    func noTaskWaitsIfTheConditionHoldsOrAfterACancellation() async {
        let tasks = WaitingTasks()
        await tasks.wait(tasks.makeTicket()) { true }
        let cancelled = Task { await tasks.wait(tasks.makeTicket()) { false } }
        cancelled.cancel()
        await cancelled.value
    }

    /// Begins some waits, and returns when they have begun.
    private func begin(
        _ count: Int,
        _ tasks: WaitingTasks
    ) async -> [(ticket: WaitingTasks.Ticket, task: Task<Void, Never>)] {
        let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
        let waits = (0..<count).map { _ in
            let ticket = tasks.makeTicket()
            return (
                ticket: ticket,
                task: Task {
                    await tasks.wait(ticket) {
                        continuation.yield()
                        return false
                    }
                }
            )
        }
        var iterator = begun.makeAsyncIterator()
        for _ in 0..<count { await iterator.next() }
        return waits
    }
}
