import PosternTestSupport
import Postern
import PosternAuth
import PosternNIO
import Synchronization
import Testing

/// Connects and disconnects are reported once each, with a reason, to callbacks and to sequences.
@Suite(.timeLimit(.minutes(10)))
struct SignalTests {
    @Test("Both sides are notified once of the connect and of the disconnect", arguments: Wiring.allCases)
    func bothSidesAreNotified(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Stuck())
        let log = Log()
        link.client.onConnect { log.note("connected") }
        link.client.onDisconnect { log.note("disconnected: \($0.kind.word)") }
        let (client, server) = (link.client.signals, link.server.signals)
        let one: Int = try await link.client.call("one")
        #expect(one == 1)
        link.server.close()
        #expect(await lines(client) == ["connected", "disconnected: closed there"])
        #expect(await lines(server) == ["connected", "disconnected: closed here"])
        // A later reader receives the same.
        #expect(await lines(link.client.signals) == ["connected", "disconnected: closed there"])
        link.client.close()
        #expect(log.lines == ["connected", "disconnected: closed there"])
        await link.close()
    }

    @Test("Connect callbacks that were unregistered do not run", arguments: [Wiring.tcp, .unix])
    func unregisteredConnectCallbacksDoNotRun(wiring: Wiring) async throws {
        let server = try await NativeServer.listen(on: wiring.address, serving: Stuck())
        let silent = try await Crosswire(at: wiring.address)
        let log = Log()
        for address in [silent.address, try #require(server.address)] {
            let peer = try await Peer.connect(to: address)
            let first = peer.onConnect { log.note("first") }
            first.cancel()
            peer.onConnect { log.note("second") }
            if address == silent.address { peer.close() } else { try await peer.waitUntilConnected() }
            peer.close()
        }
        // The first connection may have been open before its callback was unregistered, but the silent one never was.
        #expect(log.lines.filter { $0 == "second" } == ["second"])
        #expect(log.lines.count { $0 == "first" } <= 1)
        try await silent.close()
        await server.stop()
    }

    @Test("A server reports each client and its end once", arguments: [Wiring.tcp, .unix])
    func aServerReportsItsClients(wiring: Wiring) async throws {
        let log = Log()
        let server = try await NativeServer.listen(
            on: wiring.address,
            serving: Stuck(),
            secret: Secrets.right,
            onConnect: { _ in log.note("connected") },
            onDisconnect: { log.note("disconnected: \($1.kind.word)") },
            onRefusal: { log.note("refused: \($0.kind.word)") }
        )
        let (address, early) = (try #require(server.address), server.signals)
        let stranger = try await Peer.connect(to: address, secret: Secrets.wrong)
        #expect(await stranger.disconnected.kind == .authenticationFailed)
        // The client may be notified before the server.
        await settle { !log.lines.isEmpty }
        let client = try await Peer.connect(to: address, secret: Secrets.right)
        try await client.waitUntilConnected()
        var late = server.signals.makeAsyncIterator()
        guard case .connected(let same)? = await late.next() else { throw CancellationError() }
        #expect(server.peers.count == 1 && server.peers.first === same)
        client.close()
        guard case .disconnected(let gone, _)? = await late.next() else { throw CancellationError() }
        #expect(gone === same)
        await server.stop()
        #expect(await late.next() == nil)
        let told = ["refused: authentication failed", "connected", "disconnected: closed there"]
        #expect(await lines(early) == told)
        #expect(log.lines == told)
    }

    @Test("A reconnecting client reports each connection", arguments: [Wiring.tcp, .unix])
    func aReconnectingClientReportsEachConnection(wiring: Wiring) async throws {
        let log = Log()
        let first = try await NativeServer.listen(on: wiring.address, serving: Stuck())
        let address = try #require(first.address)
        let peer = ReconnectingPeer.connect(
            to: address,
            patience: .seconds(30),
            onConnect: { _ in log.note("connected") },
            onDisconnect: { log.note("disconnected: \($1.kind.word)") }
        )
        var signals = peer.signals.makeAsyncIterator()
        guard case .connected(let before)? = await signals.next() else { throw CancellationError() }
        await first.stop()
        guard case .disconnected(let gone, let reason)? = await signals.next() else { throw CancellationError() }
        #expect(gone === before && reason.kind == .closedThere)
        // The callback runs right after the signal.
        await settle { log.lines.count == 2 }
        let second = try await NativeServer.listen(on: address, serving: Stuck())
        guard case .connected(let after)? = await signals.next() else { throw CancellationError() }
        #expect(after !== before)
        await peer.stop()
        guard case .disconnected(_, let last)? = await signals.next() else { throw CancellationError() }
        #expect(last.kind == .closedHere)
        #expect(await signals.next() == nil)
        let told = ["connected", "disconnected: closed there", "connected", "disconnected: closed here"]
        #expect(log.lines == told)
        await second.stop()
    }

    @Test("A refusal is reported once, and the client connects no more", arguments: [Wiring.tcp, .unix])
    func aRefusalIsTheLastSignal(wiring: Wiring) async throws {
        let server = try await NativeServer.listen(on: wiring.address, serving: Stuck(), secret: Secrets.right)
        let peer = ReconnectingPeer.connect(to: try #require(server.address), secret: Secrets.wrong)
        #expect(await lines(peer.signals) == ["refused: authentication failed"])
        await peer.stop()
        await server.stop()
    }

    @Test("The error of a call without a connection has no address; that of the peer has its cause")
    func theCauseOfNoConnectionIsForTheOperator() async throws {
        let address = Wiring.unix.address
        let peer = ReconnectingPeer.connect(to: address, patience: .milliseconds(200))
        // The first attempt to connect may take longer than a call waits.
        await settle { peer.lastFailure != nil }
        let call = Call("one", arguments: Payload(bytes: [], codec: MessagePack.self))
        let error = await #expect(throws: CallError.self) { _ = try await peer.dispatch(call) }
        #expect(error?.message == "The service is not reachable")
        #expect(peer.lastFailure?.message.hasPrefix("Cannot connect to \(address): ") == true)
        #expect(error?.executed == .no)
        await peer.stop()
    }

    @Test("The system's error of a lost connection is reported to its owner, not to callers")
    func theCauseOfALossIsNotInErrorsOfCalls() async throws {
        let service = Stuck()
        let server = try await NativeServer.listen(on: Wiring.unix.address, serving: service)
        let peer = try await Peer.connect(to: try #require(server.address))
        let pending = Task {
            try await peer.dispatch(Call("stuck", arguments: Payload(bytes: [], codec: MessagePack.self)))
        }
        await service.started.wait()
        peer.transportClosed(DisconnectReason(.lost, "The connection failed: read() of app.sock (errno: 104)"))
        let error = await #expect(throws: CallError.self) { _ = try await pending.value }
        #expect(error?.message == "The connection was lost" && error?.executed == .unknown)
        #expect(await peer.disconnected.message.hasSuffix("(errno: 104)"))
        await server.stop()
    }

    private func lines(_ signals: ConnectionSignals) async -> [String] {
        await signals.reduce(into: []) { $0.append($1.description) }
    }
}

private final class Log: Sendable {
    private let noted = Mutex<[String]>([])

    var lines: [String] { noted.withLock { $0 } }

    func note(_ line: String) { noted.withLock { $0.append(line) } }
}
