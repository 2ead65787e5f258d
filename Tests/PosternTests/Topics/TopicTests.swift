import Postern
import Testing

@Suite struct TopicTests {
    let router = Router()

    private func offsets(_ subscription: TopicSubscription, _ count: Int) async -> [UInt64] {
        var result: [UInt64] = []
        var iterator = subscription.makeAsyncIterator()
        while result.count < count, let item = await iterator.next() { result.append(item.offset ?? 0) }
        return result
    }

    @Test func eventsReachEverySubscriberInOrder() async throws {
        let topic = router.topic("chat/room")
        let subscriptions = (0..<3).map { _ in topic.subscribe() }
        #expect(topic.subscriberCount == 3)
        for number in 0..<10 { #expect(try topic.publish(["number": number]) == UInt64(number + 1)) }
        for subscription in subscriptions {
            var iterator = subscription.makeAsyncIterator()
            for number in 0..<10 {
                let item = await iterator.next()
                #expect(item?.offset == UInt64(number + 1))
                #expect(try item?.payload.decode([String: Int].self) == ["number": number])
            }
        }
    }

    @Test func eventsThatASlowReaderMissesAreCounted() async throws {
        let topic = router.topic("news")
        let subscription = topic.subscribe(buffering: 2)
        for number in 1...5 { try topic.publish(number) }
        var iterator = subscription.makeAsyncIterator()
        var lost: [UInt64] = []
        for _ in 0..<2 { lost.append(try #require(await iterator.next()).lost) }
        for number in 6...8 { try topic.publish(number) }
        for _ in 0..<2 { lost.append(try #require(await iterator.next()).lost) }
        #expect(lost == [3, 0, 1, 0])
    }

    @Test func theBytesThatASlowReaderHasNotReadAreLimited() async throws {
        let topic = router.topic("news")
        let subscription = topic.subscribe()
        let text = String(repeating: "x", count: 1 << 20)
        for _ in 0..<40 { try topic.publish(text) }
        var iterator = subscription.makeAsyncIterator()
        // 32 MiB have room for 31 texts with their lengths.
        #expect(await iterator.next()?.lost == 9)
        for _ in 0..<30 { #expect(await iterator.next()?.lost == 0) }
        // A single event is kept whatever its size is.
        try topic.publish(String(repeating: "x", count: 33 << 20))
        #expect(await iterator.next()?.offset == 41)
    }

    @Test func aTopicIsCreatedOnce() throws {
        let topic = router.topic("a/b")
        #expect(router.topic("a/b") === topic)
        #expect(router.findTopic("a.b") === topic)
        #expect(topic.epoch != router.topic("a/c").epoch)
        #expect(router.removeTopic("a/b"))
        #expect(router.findTopic("a/b") == nil)
    }

    @Test func allSubscribersSeeConcurrentEventsInOneOrder() async throws {
        let topic = router.topic("busy")
        let subscriptions = (0..<3).map { _ in topic.subscribe(buffering: 4000) }
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<4 {
                group.addTask { for _ in 0..<500 { _ = try? topic.publish(publisher) } }
            }
        }
        var seen: Set<[UInt8]> = []
        for subscription in subscriptions {
            var iterator = subscription.makeAsyncIterator()
            var publishers: [UInt8] = []
            for expected in UInt64(1)...2000 {
                let item = await iterator.next()
                #expect(item?.offset == expected)
                publishers += item?.payload.bytes ?? []
            }
            seen.insert(publishers)
        }
        #expect(seen.count == 1)
    }

    @Test func readersWaitForLaterEvents() async throws {
        let topic = router.topic("later")
        let subscription = topic.subscribe()
        async let read = offsets(subscription, 200)
        for number in 0..<200 {
            try topic.publish(number)
            await Task.yield()
        }
        #expect(await read == Array(1...200))
    }

    @Test func aReaderResumesAtItsPosition() async throws {
        let topic = router.topic("history", history: .init(events: 10))
        for number in 0..<5 { try topic.publish(number) }
        let subscription = topic.subscribe(since: StreamPosition(epoch: topic.epoch, offset: 2))
        #expect(subscription.isRecovered)
        #expect(subscription.position.offset == 2)
        try topic.publish(5)
        #expect(await offsets(subscription, 4) == [3, 4, 5, 6])
    }

    @Test func aPositionOutsideTheHistoryIsNotRecovered() async throws {
        let topic = router.topic("lossy", history: .init(events: 2))
        for number in 0..<5 { try topic.publish(number) }
        let places = [
            StreamPosition(epoch: topic.epoch, offset: 1), StreamPosition(epoch: topic.epoch, offset: 9),
            StreamPosition(epoch: "other", offset: 4), StreamPosition(epoch: topic.epoch, offset: .max),
        ]
        for place in places {
            let subscription = topic.subscribe(since: place)
            #expect(!subscription.isRecovered)
            #expect(subscription.position == topic.position)
        }
        #expect(topic.position.offset == 5)
    }

    @Test func aSlowReaderLosesTheOldestEvents() async throws {
        let topic = router.topic("slow")
        let (slow, quick) = (topic.subscribe(buffering: 3), topic.subscribe())
        for number in 0..<10 { try topic.publish(number) }
        #expect(await offsets(slow, 3) == [8, 9, 10])
        #expect(await offsets(quick, 10) == Array(1...10))
    }

    @Test func cancellingTheReaderEndsItsSubscription() async {
        let topic = router.topic("cancelled")
        let subscription = topic.subscribe()
        let reader = Task { await offsets(subscription, 1) }
        reader.cancel()
        #expect(await reader.value == [])
        #expect(topic.subscriberCount == 0)
    }

    @Test func aFreedSubscriptionIsRemoved() {
        let topic = router.topic("dropped")
        var subscription: TopicSubscription? = topic.subscribe()
        #expect(subscription != nil && topic.subscriberCount == 1)
        subscription = nil
        #expect(topic.subscriberCount == 0)
    }

    @Test func closingATopicEndsItsReadersAfterTheirUnreadEvents() async throws {
        let topic = router.topic("closed")
        let subscription = topic.subscribe()
        try topic.publish(1)
        topic.close()
        #expect(await offsets(subscription, 2) == [1])
        #expect(await offsets(topic.subscribe(), 1) == [])
    }

    @Test func callersSubscribeByPath() async throws {
        let topic = router.topic("chat/room")
        let stream = try await router.stream("rpc.subscribe", ["chat.room"])
        #expect(stream.position == StreamPosition(epoch: topic.epoch, offset: 0))
        try topic.publish("hello")
        var iterator = stream.makeAsyncIterator()
        let item = try await iterator.next()
        #expect(item?.offset == 1)
        #expect(try item?.payload.decode(String.self) == "hello")
        let resumed = try await router.stream("rpc/subscribe", ["chat/room", .string(topic.epoch), 0])
        var second = resumed.makeAsyncIterator()
        #expect(try await second.next()?.offset == 1)
        let error = await router.failure("rpc/subscribe", ["chat/none"])
        #expect(error?.code == .invalidParameters)
        #expect(error?.message == "No such topic: chat/none")
    }

    @Test func publishingWithoutSubscribersIsCheap() throws {
        let topic = router.topic("nobody")
        let time = try ContinuousClock().measure { for number in 0..<10_000 { try topic.publish(number) } }
        #expect(topic.position.offset == 10_000)
        #expect(time < .seconds(30))
    }
}
