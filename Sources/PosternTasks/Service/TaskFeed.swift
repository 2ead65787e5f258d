import Postern

/// The topic of the events of a tree of tasks.
///
/// One reader of the tree publishes to the topic, which any number of subscribers read.
struct TaskFeed: Sendable {
    /// The history for pages that reconnect or are opened late.
    private static let history = TopicHistory.Limits(events: 2_000, age: .seconds(3_600))

    private let host: TaskHost
    private let topic: Topic

    /// Creates the topic `events` in a service, and publishes to it until the host has ended.
    init(_ host: TaskHost, in service: Service) {
        let topic = service.router.topic(
            "\(service.path)/events",
            documentation: "The events and log lines of tasks",
            history: Self.history
        )
        self.host = host
        self.topic = topic
        // Publishing never suspends, so this reader is always fast and no task waits for a subscriber. The task ends
        // with the events, which the host ends when it ends or is released.
        Task.detached { [events = host.events] in
            for await event in events { _ = try? topic.publish(event) }
            topic.close()
        }
    }

    /// The known tasks, with a position of the topic from which a subscription misses no event.
    var listing: TaskListing {
        // The position is read first: an event between the two reads is delivered again, which has no effect.
        let position = topic.position
        return TaskListing(tasks: host.tasks, topic: topic.path, epoch: position.epoch, seq: position.offset)
    }

    /// Returns a stream of events that describe the known tasks, followed by the events from now on.
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
                // Without an offset: the events of known tasks have none, so a reader could not resume from this one.
                item?.offset = nil
                return item
            }
        }
    }
}

/// The answer of `tasks.list`.
struct TaskListing: Codable, Sendable {
    let tasks: [TaskSummary]
    /// The path of the topic of events; `epoch` and `seq` are the position from which to subscribe.
    let topic: String
    let epoch: String
    let seq: UInt64
}

extension TaskEvent {
    fileprivate func payload(as codec: any PayloadCodec.Type) throws(CallError) -> Payload {
        do throws(PayloadError) { return try Payload(encoding: self, as: codec) } catch { throw CallError(error) }
    }
}
