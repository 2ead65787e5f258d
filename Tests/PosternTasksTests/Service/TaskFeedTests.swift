import Postern
import PosternTasks
import Testing
@testable import task_program

/// The events of tasks, as a topic and as a stream.
@Suite(.timeLimit(.minutes(10)))
struct TaskFeedTests {
    @Test func aListHasThePositionFromWhichTheTopicContinues() async throws {
        try await ServedTasks.run { served in
            let list = try await served.call("tasks/list")
            #expect(list["tasks"] == [] && list["topic"] == "tasks/events")
            let id = try await served.spawn("Branch", [0])
            try await served.call("tasks/result", .string(id))
            let topic = try #require(served.router.findTopic("tasks/events"))
            #expect(list["epoch"] == .string(topic.epoch))
            #expect(list["seq"] == 0)
            var events = topic.subscribe(since: StreamPosition(epoch: topic.epoch, offset: 0)).makeAsyncIterator()
            var kinds: [TaskEvent.Kind] = []
            while kinds.last != .exit, let item = await events.next() {
                let event = try item.payload.decode(TaskEvent.self)
                #expect(event.id == id)
                kinds.append(event.kind)
            }
            #expect(kinds == [.created, .state, .result, .state, .exit])
        }
    }

    @Test func aWatchBeginsWithTheKnownTasks() async throws {
        try await ServedTasks.run { served in
            let first = try await served.spawn("RpcChild")
            _ = await served.task(atDepth: 0)
            var events = try await served.stream("tasks/watch").makeAsyncIterator()
            let second = try await served.spawn("RpcChild")
            var seen: [TaskEvent] = []
            while seen.last?.id != second, let item = try await events.next() {
                seen.append(try item.payload.decode(TaskEvent.self))
                #expect(item.offset == nil)
            }
            #expect(seen.first?.kind == .created && seen.first?.id == first)
            #expect(seen.contains { $0.state == .work })
            #expect(seen.last?.kind == .created)
        }
    }

    /// A child that writes more than all buffers hold still ends.
    @Test func readersThatDoNotReadBlockNoTask() async throws {
        try await ServedTasks.run { served in
            let stream = try await served.stream("tasks/watch")
            let topic = try #require(served.router.findTopic("tasks/events"))
            let subscription = topic.subscribe()
            let id = try await served.spawn("Writer", [12_000])
            #expect(try await served.call("tasks/result", .string(id)) == 12_000)
            withExtendedLifetime((stream, subscription)) {}
        }
    }

    @Test func theTopicEndsWithItsHost() async throws {
        try await ServedTasks.run { served in
            let topic = try #require(served.router.findTopic("tasks/events"))
            var events = topic.subscribe().makeAsyncIterator()
            await served.host.end()
            #expect(await events.next() == nil)
        }
    }
}
