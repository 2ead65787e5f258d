@testable import Postern
import PosternTestSupport
import PosternNIO
import Testing

/// References in messages that are not sent or not read: their owners are notified once, as for all others.
@Suite(.timeLimit(.minutes(10)))
struct UnsentReferenceTests {
    private let factory = ReferenceFactory()

    @Test("A handler of a notification returns a reference", arguments: Wiring.allCases)
    func theResultOfANotificationIsReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        for method in ["open", "off the loop", "short", "large", "broken"] { try link.client.notify(method) }
        try await expectNothingLeft(link, made: 6)
    }

    @Test("A result is above the limit, or cannot be encoded", arguments: Wiring.allCases)
    func aResultThatCannotBeSentIsReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        for (method, code) in [
            ("large", CallError.Code.responseTooLarge), ("short and large", .responseTooLarge),
            ("broken", .internalError),
        ] {
            let error = await #expect(throws: CallError.self) { try await link.client.call(method) }
            #expect(error?.code == code)
        }
        try await expectNothingLeft(link, made: 3)
    }

    @Test("A call is cancelled while it is served", arguments: Wiring.allCases)
    func theResultOfACancelledCallIsReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        let call = Task { try await link.client.call("slow") }
        await factory.begun.wait()
        call.cancel()
        _ = await #expect(throws: CallError.self) { try await call.value }
        await factory.ended.wait()
        try await expectNothingLeft(link, made: 1)
    }

    @Test("A call is cancelled at once, a hundred times", arguments: Wiring.allCases)
    func theResultsOfCallsCancelledAtOnceAreReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        for _ in 0..<100 {
            let call = link.client.begin("open")
            call.cancel()
        }
        _ = try await link.client.call("short") as [Callback]
        try await expectNothingLeft(link)
    }

    @Test("A call runs out of time", arguments: Wiring.allCases)
    func theResultOfALateCallIsReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        let call = link.client.begin("slow")
        await factory.begun.wait()
        call.setExpiry(.zero)
        #expect(call.isExpired)
        await factory.ended.wait()
        try await expectNothingLeft(link, made: 1)
    }

    @Test("The connection ends while a call is served, at either side", arguments: Wiring.allCases, [true, false])
    func theResultOfALostCallIsReleased(wiring: Wiring, endsAtClient: Bool) async throws {
        let link = try await link(wiring)
        let call = Task { try await link.client.call("slow") }
        await factory.begun.wait()
        (endsAtClient ? link.client : link.server).close()
        _ = await #expect(throws: CallError.self) { try await call.value }
        await factory.ended.wait()
        try await expectNothingLeft(link, made: 1)
    }

    @Test("The connection ends right after calls", arguments: Wiring.allCases)
    func resultsAfterTheEndAreReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        let calls = (0..<50).map { _ in link.client.begin("open") }
        link.client.close()
        _ = await link.server.disconnected
        withExtendedLifetime(calls) {}
        // Possibly none of the calls has begun.
        _ = factory.object()
        try await expectNothingLeft(link)
    }

    @Test("Items of a stream are not read, and the stream is dropped", arguments: Wiring.allCases)
    func unreadItemsAreReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        do {
            let stream = try await link.client.stream("stream", of: Reference.self)
            var items = stream.makeAsyncIterator()
            #expect(try await items.next() != nil)
            await settle { link.client.importedReferences.count > 60 }
        }
        try await expectNothingLeft(link, made: 200)
    }

    @Test("A call reports references that no caller reads", arguments: Wiring.allCases)
    func reportsThatAreNotReadAreReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        let arguments = try link.client.encoded()
        for sink in [{ _ in }, nil] as [Call.ProgressSink?] {
            _ = try await link.client.dispatch(Call("report", arguments: arguments, progress: sink))
        }
        try link.client.notify("report")
        await settle { factory.made.value == 9 }
        try await expectNothingLeft(link)
    }

    @Test("A peer that serves manually ends with unserved calls, and answers others too late")
    func resultsOfManualServingAreReleased() async throws {
        let link = try await link(.memory, clientServing: .manual)
        let calls = (0..<3).map { _ in link.server.begin("keep", factory.callback()) }
        await settle { link.client.arrivalCount == 3 }
        calls[0].cancel()
        await link.client.pollAll()
        let more = link.server.begin("keep", factory.callback())
        await settle { link.client.arrivalCount == 1 }
        link.client.close()
        withExtendedLifetime(more) {}
        try await expectNothingLeft(link, made: 4)
    }

    @Test("A call with a callback is not sent", arguments: Wiring.allCases)
    func theCallbackOfAnUnsentCallIsReleased(wiring: Wiring) async throws {
        let link = try await link(wiring)
        let text = String(repeating: "x", count: 200_000)
        for peer in [link.client, link.server] {
            await #expect(throws: CallError.self) { try await peer.call("keep", factory.callback(), text) }
            #expect(throws: CallError.self) { try peer.notify("keep", factory.callback(), text) }
            let longName = String(repeating: "n", count: 200)
            await #expect(throws: CallError.self) { try await peer.call(longName, factory.callback()) }
            await #expect(throws: CallError.self) { try await peer.call("keep", factory.callback(), timeout: .zero) }
            await #expect(throws: CallError.self) { try await peer.call("none", factory.callback()) }
            let cancelled = Task {
                while !Task.isCancelled { await Task.yield() }
                try await peer.call("keep", factory.callback())
            }
            cancelled.cancel()
            await #expect(throws: CallError.self) { try await cancelled.value }
        }
        link.client.close()
        for peer in [link.client, link.server] {
            _ = await peer.disconnected
            await #expect(throws: CallError.self) { try await peer.call("keep", factory.callback()) }
            #expect(throws: CallError.self) { try peer.notify("keep", factory.callback()) }
        }
        try await expectNothingLeft(link, made: 16)
    }

    @Test("A callback of a call that was not sent may be passed again", arguments: Wiring.allCases)
    func aCallbackMayBePassedAgain(wiring: Wiring) async throws {
        let link = try await link(wiring)
        let callback = factory.callback()
        let text = String(repeating: "x", count: 200_000)
        await #expect(throws: CallError.self) { try await link.client.call("keep", callback, text) }
        #expect(link.client.exportedReferences.isEmpty)
        await Task.yield()
        #expect(factory.released.value == 0)
        try await link.client.call("take", callback)
        await settle { factory.released.value == 1 }
        #expect(callback.isLocal)
        try await expectNothingLeft(link, made: 1)
    }

    @Test("A function of this process answers with a reference")
    func resultsWithinAProcessAreReleased() async throws {
        let callback = Callback { [factory] () async in factory.object() }
        do {
            let object: Reference = try await callback.call()
            #expect(factory.released.value == 0)
            #expect(object.service != nil)
        }
        try await callback.call()
        try callback.notify()
        await #expect(throws: CallError.self) {
            try await factory.router.dispatch(Call("open", arguments: Payload(bytes: [], codec: MessagePack.self)))
        }
        await settle { factory.made.value == 4 && factory.isEven }
    }

    private func link(_ wiring: Wiring, clientServing: ServingMode = .automatic) async throws -> Link {
        var options = ConnectionOptions.patient
        options.limits.frameBytes = 100_000
        let router = factory.router
        router.root.register("take", Parameter<Callback>("function")) { (_: Callback) async in }
        let client = Router()
        client.root.register("take", Parameter<Callback>("function")) { (_: Callback) async in }
        return try await Link.make(
            wiring,
            serving: router,
            client: client,
            options: options,
            clientServing: clientServing
        )
    }

    /// Waits until every owner was notified and all tables are empty, then closes the connection.
    private func expectNothingLeft(_ link: Link, made: Int? = nil) async throws {
        await settle {
            // A message may be in flight while all tables are empty.
            (made == nil || factory.made.value == made) && factory.isEven && link.client.tables.areEmpty
                && link.server.tables.areEmpty
        }
        await link.close()
        #expect(factory.isEven)
        if let made { #expect(factory.made.value == made) }
    }
}
