import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// The limit of unauthenticated connections, and its independence of the limit of clients.
@Suite(.timeLimit(.minutes(10)))
struct UnauthenticatedLimitTests {
    @Test("Clients authenticate although silent connections fill the limit", arguments: [Wiring.tcp, .unix])
    func silentConnectionsKeepNoClientOut(wiring: Wiring) async throws {
        let refused = Counter()
        let service = Stuck()
        let server = try await NativeServer.listen(
            on: wiring.address,
            serving: service,
            secret: Secrets.right,
            options: options(clients: 2, silent: 4),
            onRefusal: { reason in if reason.kind == .tooMany { refused.increment() } }
        )
        let address = try #require(server.address)
        var silent: [RawConnection] = []
        for _ in 0..<4 { silent.append(try await RawConnection(to: address)) }
        // The fifth, and the two that authenticate, each take the place of a silent one.
        silent.append(try await RawConnection(to: address))
        _ = await silent[0].receiveAll()
        let clients = [
            try await Peer.connect(to: address, secret: Secrets.right),
            try await Peer.connect(to: address, secret: Secrets.right),
        ]
        for client in clients {
            let one: Int = try await client.call("one")
            #expect(one == 1)
        }
        #expect(server.peers.count == 2 && refused.value >= 2)
        // The clients stay connected, and their number has its own limit.
        let third = try await Peer.connect(to: address, secret: Secrets.right)
        let reason = await third.disconnected
        #expect(reason.kind == .tooMany)
        #expect(reason.message == "The server has too many clients")
        for client in clients { #expect(client.isConnected) }
        clients[0].close()
        await settle { server.peers.count == 1 }
        let fourth = try await Peer.connect(to: address, secret: Secrets.right)
        let one: Int = try await fourth.call("one")
        #expect(one == 1 && service.runs.value == 0)
        for connection in silent { connection.close() }
        await server.stop()
    }

    @Test("Above the limit of silent connections the oldest is closed", arguments: [Wiring.tcp, .unix])
    func theOldestConnectionIsClosedAboveTheLimit(wiring: Wiring) async throws {
        let refused = Counter()
        let server = try await NativeServer.listen(
            on: wiring.address,
            serving: Stuck(),
            secret: Secrets.right,
            options: options(clients: 1, silent: 3),
            onRefusal: { _ in refused.increment() }
        )
        let address = try #require(server.address)
        var silent: [RawConnection] = []
        for _ in 0..<3 {
            silent.append(try await RawConnection(to: address))
            // The hello of the server shows that the connection is in its table.
            _ = await silent.last?.receive { !$0.isEmpty }
        }
        #expect(refused.value == 0)
        silent.append(try await RawConnection(to: address))
        let received = await silent[0].receiveAll()
        #expect(String(decoding: received, as: UTF8.self).contains("Too many others wait"))
        #expect(refused.value == 1)
        for connection in silent { connection.close() }
        await server.stop()
    }

    private func options(clients: Int, silent: Int) -> ConnectionOptions {
        var options = ConnectionOptions.patient
        options.maximumConnections = clients
        options.maximumUnproven = silent
        return options
    }
}
