import PosternTestSupport
import NIOCore
import NIOPosix
import Postern
import PosternNIO
import Testing

/// Starting and stopping servers and peers, once each, in any order, while handlers wait.
@Suite(.timeLimit(.minutes(10)))
struct LifecycleTests {
    private let address = Wiring.tcp.address

    @Test("A suspended handler on the loop is cancelled and ends before the loop", arguments: [Wiring.tcp, .unix])
    func aHandlerOnTheLoopEndsBeforeTheLoop(wiring: Wiring) async throws {
        // One round is enough: a server waits one second for its handlers, and a busy machine may delay one for longer.
        var hasEndedOnLoop = false
        for _ in 0..<20 where !hasEndedOnLoop { hasEndedOnLoop = try await handlerEndsOnItsLoop(wiring) }
        #expect(hasEndedOnLoop)
    }

    private func handlerEndsOnItsLoop(_ wiring: Wiring) async throws -> Bool {
        let (begun, ended) = (Gate(), Shelf<Bool>())
        let router = Router()
        router.root.register("wait", options: MethodOptions(execution: .onEventLoop)) { () async throws in
            begun.open()
            try? await Task.sleep(for: .seconds(3_600))
            // After its cancellation a handler needs turns of another thread and of its loop, but not of
            // the global executor, which other tests may block for longer than a server waits for its handlers.
            for _ in 0..<20 { try? await MultiThreadedEventLoopGroup.singleton.any().submit {}.result() }
            for _ in 0..<500 { await Task.yield() }
            ended.put(MultiThreadedEventLoopGroup.currentEventLoop != nil)
        }
        let server = try await NativeServer.listen(on: wiring.address, serving: router)
        let peer = try await Peer.connect(to: try #require(server.address))
        let call = Task { try await peer.call("wait") }
        await begun.wait()
        await server.stop()
        await #expect(throws: CallError.self) { try await call.value }
        return ended.all == [true]
    }

    @Test("A handler that ignores its cancellation continues after the loop has ended")
    func aHandlerThatOutlivesTheLoopContinues() async throws {
        let (begun, release, ended) = (Gate(), Gate(), Gate())
        let router = Router()
        router.root.register("wait", options: MethodOptions(execution: .onEventLoop)) { () async in
            begun.open()
            // Not ended when the handler is cancelled.
            await Task { await release.wait() }.value
            await Task.yield()
            ended.open()
        }
        let server = try await NativeServer.listen(on: address, serving: router)
        let peer = try await Peer.connect(to: try #require(server.address))
        let call = Task { try await peer.call("wait") }
        await begun.wait()
        await server.stop()
        release.open()
        await ended.wait()
        await #expect(throws: CallError.self) { try await call.value }
    }

    @Test func aCallInFlightIsAnsweredAfterTheTaskOfTheServerIsCancelled() async throws {
        let (begun, release) = (Gate(), Gate())
        let router = Router()
        router.root.register("wait") { () async in
            begun.open()
            await release.wait()
            return "answered"
        }
        let server = NativeServer(router, options: .patient)
        let socket = Wiring.unix.address
        let running = Task { try await server.run(at: socket, grace: .seconds(500)) }
        await settle { server.address != nil }
        let peer = try await Peer.connect(to: socket, options: .patient)
        let call = Task { () throws -> String in try await peer.call("wait") }
        await begun.wait()
        running.cancel()
        // The server is draining once it refuses calls.
        var refusal: CallError?
        while refusal == nil { do { try await peer.call("rpc/describe") } catch { refusal = error } }
        #expect(refusal?.code == .draining)
        release.open()
        #expect(try await call.value == "answered")
        try await running.value
    }

    @Test func aTaskOnTheLoopOfAnEndedGroupContinues() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await NativeServer.listen(on: address, serving: NothingExposed())
        let peer = try await NativeClient.connect(to: try #require(server.address), group: group)
        let (begun, release) = (Gate(), Gate())
        let task = Task(executorPreference: peer.executor) {
            begun.open()
            await release.wait()
            await Task.yield()
            return peer.isConnected
        }
        await begun.wait()
        try await group.shutdownGracefully()
        release.open()
        #expect(await task.value == false)
        peer.close()
        await server.stop()
    }

    @Test func aServerThatWasStartedIsNotStartedAgain() async throws {
        let server = NativeServer(NothingExposed())
        let bound = try await server.start(at: address)
        let twice = await #expect(throws: CallError.self) { try await server.start(at: address) }
        #expect(twice?.message == "The server listens already, at \(bound)")
        try await Peer.connect(to: bound).waitUntilConnected()
        await server.stop()
        let late = await #expect(throws: CallError.self) { try await server.start(at: address) }
        #expect(late?.message == "The server was stopped, and cannot be started again; make another one")
        await server.stop()
    }

    @Test func aServerThatNeverStartedIsStoppedForGood() async throws {
        let server = NativeServer(NothingExposed())
        await server.stop()
        await #expect(throws: CallError.self) { try await server.start(at: address) }
    }

    @Test func aStartThatFailedMayBeRepeated() async throws {
        let other = try await NativeServer.listen(on: address, serving: NothingExposed())
        let server = NativeServer(NothingExposed())
        await #expect(throws: CallError.self) { try await server.start(at: try #require(other.address)) }
        try await server.start(at: address)
        await server.stop()
        await other.stop()
    }

    @Test(arguments: [Wiring.tcp, .unix])
    func concurrentStartsAndStopsEnd(wiring: Wiring) async throws {
        for _ in 0..<20 {
            let address = wiring.address
            let server = NativeServer(NothingExposed())
            await withTaskGroup { steps in
                steps.addTask { _ = try? await server.start(at: address) }
                steps.addTask { _ = try? await server.start(at: address) }
                steps.addTask { await server.drain() }
                for _ in 0..<3 { steps.addTask { await server.stop() } }
            }
            await #expect(throws: CallError.self) { try await Peer.connect(to: server.address ?? address) }
        }
    }

    @Test("Each client that a draining server has accepted receives a goodbye", arguments: [Wiring.tcp, .unix])
    func acceptedClientsReceiveAGoodbye(wiring: Wiring) async throws {
        for _ in 0..<20 {
            let accepted = Shelf<Peer>()
            let server = NativeServer(NothingExposed(), threads: 4) { accepted.put($0) }
            let address = try await server.start(at: wiring.address)
            let goodbyes = try await withThrowingTaskGroup(of: Bool.self) { clients in
                for _ in 0..<40 {
                    clients.addTask {
                        guard let client = try? await NativeClient.connect(to: address) else { return false }
                        return await client.disconnected.kind == .closedThere
                    }
                }
                await settle { !accepted.all.isEmpty }
                await server.drain()
                return try await clients.reduce(0) { $1 ? $0 + 1 : $0 }
            }
            #expect(goodbyes == accepted.all.count)
        }
    }

    @Test func aHandlerMayStopItsServer() async throws {
        let router = Router()
        let server = NativeServer(router)
        router.root.register("stop") { () async in await server.stop() }
        let peer = try await Peer.connect(to: try await server.start(at: address))
        await #expect(throws: CallError.self) { try await peer.call("stop") }
        await server.stop()
    }

    @Test func aReconnectingPeerThatWasStoppedIsNotStartedAgain() async throws {
        let server = try await NativeServer.listen(on: address, serving: NothingExposed())
        let bound = try #require(server.address)
        let (used, unused) = (ReconnectingPeer(to: bound), ReconnectingPeer(to: bound))
        used.start()
        used.start()
        for peer in [used, unused] {
            await withTaskGroup { stops in
                for _ in 0..<3 { stops.addTask { await peer.stop() } }
            }
            peer.start()
            let call = Call("one", arguments: Payload(bytes: [], codec: MessagePack.self))
            let error = await #expect(throws: CallError.self) { try await peer.dispatch(call) }
            #expect(error?.executed == .no)
            #expect(peer.lastFailure?.message == "The connection was stopped, and is not made again")
        }
        await server.stop()
    }
}
