import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// Durations of every size as arguments: none traps, the longest mean no limit, and negative ones mean zero.
@Suite(.timeLimit(.minutes(10)))
struct ExtremeDurationTests {
    /// `Duration` has a range of about 18 times the seconds of an `Int64`.
    private static let longest = [Duration.seconds(Int64.max), .seconds(Int64.max) * 18, .milliseconds(Int64.max)]
    private static let none = [Duration.zero, .seconds(-1), .seconds(Int64.min), .seconds(Int64.min) * 18]

    @Test(arguments: Wiring.allCases, longest)
    func aCallAcceptsTheLongestTimeout(wiring: Wiring, timeout: Duration) async throws {
        let link = try await Link.make(wiring, serving: router(), client: router())
        let client = link.client
        #expect(try await client.call("double", 2, timeout: timeout) == 4)
        #expect(try await client.call("later", 2, timeout: timeout) == 4)
        #expect(try await client.call("askBack", 2, timeout: timeout) == 4)
        let pending: PendingCall<Int> = client.begin("later", 2, expiry: timeout)
        pending.setExpiry(timeout)
        #expect(try await pending.value == 4)
        #expect(try await client.remote.later.timed(timeout)(2) == 4)
        #expect(try await RemoteService(client, timeout: timeout).call("later", 2) == 4)
        let reference: Reference = try await client.call("reference")
        #expect(try await reference.call("later", 2, timeout: timeout) == 4)
        let items: ValueStream<Int> = try await client.stream("items", timeout: timeout)
        #expect(try await items.reduce(0, +) == 6)
        let deadline = ContinuousClock.now + .seconds(Int64.max)
        _ = try await client.dispatch(Call("later", arguments: Self.arguments, deadline: deadline))
        await link.close()
    }

    @Test(arguments: Wiring.allCases, none)
    func aCallWithoutTimeLeftIsNotSent(wiring: Wiring, timeout: Duration) async throws {
        let link = try await Link.make(wiring, serving: router())
        let client = link.client
        var errors: [CallError?] = []
        errors.append(
            await #expect(throws: CallError.self) { try await client.call("later", 2, timeout: timeout) as Int }
        )
        let reference: Reference = try await client.call("reference")
        errors.append(await #expect(throws: CallError.self) { try await reference.call("later", timeout: timeout) })
        let service = RemoteService(client, timeout: timeout)
        errors.append(await #expect(throws: CallError.self) { try await service.call("later", 2) as Int })
        #expect(errors.allSatisfy { $0?.code == .deadlineExceeded && $0?.executed == .no })
        let pending: PendingCall<Int> = client.begin("wait", expiry: timeout)
        #expect(await #expect(throws: CallError.self) { try await pending.value }?.code == .deadlineExceeded)
        #expect(pending.isExpired)
        await link.close()
    }

    @Test(arguments: longest + none)
    func localHandlersAcceptEveryTimeout(timeout: Duration) async throws {
        let deadline = ContinuousClock.now.advanced(by: timeout / 36)
        let call = Call("later", arguments: Self.arguments, deadline: deadline)
        if timeout > .zero { _ = try await router().dispatch(call) }
        let reference = Reference(to: router())
        let answer = try? await reference.call("later", 2, timeout: timeout) as Int
        #expect(answer == (timeout > .zero ? 4 : nil))
    }

    @Test(arguments: longest)
    func connectionsAcceptEveryDuration(time: Duration) async throws {
        var options = ConnectionOptions()
        (options.frameTimeout, options.pingInterval, options.pingGrace) = (time, time, time)
        (options.connectTimeout, options.handshakeTimeout) = (time, time)
        options.limits.callTimeout = time
        let link = try await Link.make(.tcp, serving: router(), options: options)
        #expect(try await link.client.call("later", 2) == 4)
        let address = try #require(link.address)
        let keeping = ReconnectingPeer.connect(to: address, options: options, patience: time)
        #expect(try await RemoteService(keeping, timeout: time).call("later", 2) == 4)
        await keeping.stop()
        await link.client.drain(grace: time)
        await link.close()
    }

    @Test(arguments: none)
    func connectionsAcceptNegativeDurations(time: Duration) async throws {
        let server = NativeServer(router())
        let address = try await server.start(at: Wiring.tcp.address)
        let keeping = ReconnectingPeer(to: address, patience: time)
        let error = await #expect(throws: CallError.self) {
            try await keeping.dispatch(Call("double", arguments: Self.arguments))
        }
        #expect(error?.code == .unavailable)
        var options = ConnectionOptions()
        (options.frameTimeout, options.pingInterval, options.pingGrace) = (time, time, time)
        options.handshakeTimeout = time
        let peer = try await NativeClient.connect(to: address, options: options)
        // The connection may be closed at once, as the timeouts say.
        _ = try? await peer.call("double", 2) as Int
        peer.close()
        await server.drain(grace: time)
    }

    @Test(arguments: longest + none)
    func manualServingAcceptsEveryDuration(time: Duration) async throws {
        let link = try await Link.make(.memory, serving: router(), client: router(), clientServing: .manual)
        try link.server.notify("double", 2)
        if time > .zero { #expect(await link.client.serve(timeout: time)) }
        _ = await link.client.serve(timeout: min(time, .zero))
        await link.close()
    }

    private static let arguments = Payload(bytes: [0x91, 2, 0xc0], codec: MessagePack.self)

    private func router() -> Router {
        let router = Router()
        router.root.register("double", "number", options: MethodOptions(execution: .onEventLoop)) { (number: Int) in
            number * 2
        }
        router.root.register("later", "number") { (number: Int) async throws in number * 2 }
        router.root.register("wait") { () async throws in try await Task.sleep(for: .seconds(60)) }
        router.root.register("askBack", "number") { (context: CallContext, number: Int) async throws -> Int in
            guard let caller = context.caller else { throw CancellationError() }
            return try await caller.call("double", number, timeout: .seconds(Int64.max))
        }
        router.root.register("reference") { Reference(to: router) }
        router.root.registerStream("items") { () async throws in
            AsyncStream<Int> { items in
                for item in 1...3 { items.yield(item) }
                items.finish()
            }
        }
        return router
    }
}
