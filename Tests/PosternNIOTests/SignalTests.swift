import Postern
import PosternAuth
import PosternNIO
import Synchronization
import Testing

/// Connected and disconnected, once each, with a reason: as callbacks and as sequences.
@Suite(.timeLimit(.minutes(10)))
struct SignalTests {
    @Test("Check 23, 48: both sides are told once of the beginning and the end", arguments: Wiring.allCases)
    func bothSidesAreTold(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: Stuck())
        let heard = Log()
        link.client.onConnect { heard.note("connected") }
        link.client.onDisconnect { heard.note("disconnected: \($0.kind.word)") }
        let (client, server) = (link.client.signals, link.server.signals)
        let one: Int = try await link.client.call("one")
        #expect(one == 1)
        link.server.close()
        #expect(await lines(client) == ["connected", "disconnected: closed there"])
        #expect(await lines(server) == ["connected", "disconnected: closed here"])
        // Whoever asks afterwards is told the same.
        #expect(await lines(link.client.signals) == ["connected", "disconnected: closed there"])
        link.client.close()
        #expect(heard.lines == ["connected", "disconnected: closed there"])
        await link.close()
    }

    @Test("Check 48: of connected callbacks those that were taken out do not run", arguments: [Wiring.tcp, .unix])
    func connectedCallbacksAreTakenOut(wiring: Wiring) async throws {
        let server = try await NativeServer.listen(on: wiring.address, serving: Stuck())
        let silent = try await Crosswire(at: wiring.address)
        let heard = Log()
        for address in [silent.address, try #require(server.address)] {
            let peer = try await Peer.connect(to: address)
            let first = peer.onConnect { heard.note("first") }
            first.cancel()
            peer.onConnect { heard.note("second") }
            if address == silent.address { peer.close() } else { try await peer.waitUntilConnected() }
            peer.close()
        }
        // The first may have been open before it was taken out, but the silent one never was.
        #expect(heard.lines.filter { $0 == "second" } == ["second"])
        #expect(heard.lines.count { $0 == "first" } <= 1)
        try await silent.close()
        await server.stop()
    }

    @Test("Check 22: a server tells once of each client, and of each end", arguments: [Wiring.tcp, .unix])
    func aServerTellsOfItsClients(wiring: Wiring) async throws {
        let heard = Log()
        let server = try await NativeServer.listen(
            on: wiring.address,
            serving: Stuck(),
            secret: Secrets.right,
            onConnect: { _ in heard.note("connected") },
            onDisconnect: { heard.note("disconnected: \($1.kind.word)") },
            onRefusal: { heard.note("refused: \($0.kind.word)") }
        )
        let (address, early) = (try #require(server.address), server.signals)
        let stranger = try await Peer.connect(to: address, secret: Secrets.wrong)
        #expect(await stranger.disconnected.kind == .authenticationFailed)
        // The client may know it first.
        await settle { !heard.lines.isEmpty }
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
        #expect(heard.lines == told)
    }

    @Test("Check 28: a client that connects again tells of each connection", arguments: [Wiring.tcp, .unix])
    func aReconnectingClientTellsOfEachConnection(wiring: Wiring) async throws {
        let heard = Log()
        let first = try await NativeServer.listen(on: wiring.address, serving: Stuck())
        let address = try #require(first.address)
        let peer = ReconnectingPeer.connect(
            to: address,
            patience: .seconds(30),
            onConnect: { _ in heard.note("connected") },
            onDisconnect: { heard.note("disconnected: \($1.kind.word)") }
        )
        var signals = peer.signals.makeAsyncIterator()
        guard case .connected(let before)? = await signals.next() else { throw CancellationError() }
        await first.stop()
        guard case .disconnected(let gone, let reason)? = await signals.next() else { throw CancellationError() }
        #expect(gone === before && reason.kind == .closedThere)
        // Its callback runs right after the signal.
        await settle { heard.lines.count == 2 }
        let second = try await NativeServer.listen(on: address, serving: Stuck())
        guard case .connected(let after)? = await signals.next() else { throw CancellationError() }
        #expect(after !== before)
        await peer.stop()
        guard case .disconnected(_, let last)? = await signals.next() else { throw CancellationError() }
        #expect(last.kind == .closedHere)
        #expect(await signals.next() == nil)
        let told = ["connected", "disconnected: closed there", "connected", "disconnected: closed here"]
        #expect(heard.lines == told)
        await second.stop()
    }

    @Test("A client that is refused is told so once, and connects no more", arguments: [Wiring.tcp, .unix])
    func aRefusalIsTheLastSignal(wiring: Wiring) async throws {
        let server = try await NativeServer.listen(on: wiring.address, serving: Stuck(), secret: Secrets.right)
        let peer = ReconnectingPeer.connect(to: try #require(server.address), secret: Secrets.wrong)
        #expect(await lines(peer.signals) == ["refused: authentication failed"])
        await peer.stop()
        await server.stop()
    }

    @Test("A call without a connection says so without an address; the peer says why there is none")
    func theCauseOfNoConnectionIsForTheOperator() async throws {
        let address = Wiring.unix.address
        let peer = ReconnectingPeer.connect(to: address, patience: .milliseconds(200))
        // The first attempt may take longer than a call waits.
        await settle { peer.lastFailure != nil }
        let call = Call("one", arguments: Payload(bytes: [], codec: MessagePack.self))
        let error = await #expect(throws: CallError.self) { _ = try await peer.dispatch(call) }
        #expect(error?.message == "The service is not reachable")
        #expect(peer.lastFailure?.message.hasPrefix("Cannot connect to \(address): ") == true)
        #expect(error?.executed == .no)
        await peer.stop()
    }

    @Test("What the system said of a lost connection is for its owner, not for callers")
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
