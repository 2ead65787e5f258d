import Postern

/// What happens in a tree of tasks, as a topic that one reader of the tree publishes.
struct TaskFeed: Sendable {
    /// What is kept for pages that come back, or are opened late.
    private static let history = TopicHistory.Limits(events: 2_000, age: .seconds(3_600))

    private let host: TaskHost
    private let topic: Topic

    /// Makes the topic `events` in a service; it is closed when the host has ended.
    init(_ host: TaskHost, in service: Service) {
        let topic = service.router.topic(
            "\(service.path)/events",
            documentation: "What happens to tasks, with their logs",
            history: Self.history
        )
        self.host = host
        self.topic = topic
        // Never waits for a subscriber, so that no task waits for one. The host ends the events, here and when it is released.
        Task.detached { [events = host.events] in
            for await event in events { _ = try? topic.publish(event) }
            topic.close()
        }
    }

    /// What is known now, and a place in the topic behind which nothing is missing from it.
    var listing: TaskListing {
        // Read first: what happens while the list is made comes again, and changes nothing then.
        let position = topic.position
        return TaskListing(tasks: host.tasks, topic: topic.path, epoch: position.epoch, seq: position.offset)
    }

    /// The tasks that are known, as if they had just come to their states, and then what happens.
    func watch(as codec: any PayloadCodec.Type) -> ReplyStream {
        let position = topic.position
        let known = host.tasks.flatMap(\.events)
        let live = topic.subscribe(since: position).replyStream(as: codec)
        return ReplyStream {
            var known = known.makeIterator()
            var live = live.makeAsyncIterator()
            return { () async throws(CallError) in
                if let event = known.next() { return StreamItem(try event.payload(as: codec)) }
                var item = try await live.next()
                // The events before have no place in the topic, so that these have none either.
                item?.offset = nil
                return item
            }
        }
    }
}

/// What `tasks.list` answers with.
struct TaskListing: Codable, Sendable {
    let tasks: [TaskSummary]
    /// The topic with what happens from now on, and a place in it: `epoch` and `seq`, as a subscription takes them.
    let topic: String
    let epoch: String
    let seq: UInt64
}

extension TaskEvent {
    fileprivate func payload(as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        do throws(PayloadError) { return try Payload(encoding: self, as: codec) } catch { throw CallError(error) }
    }
}
