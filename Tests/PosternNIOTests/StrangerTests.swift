import Postern
import PosternNIO
import Testing

/// Connections that have yet to prove themselves, and those who do.
@Suite(.timeLimit(.minutes(10)))
struct StrangerTests {
    @Test("P12: whoever proves itself gets in while silent strangers fill every place", arguments: [Wiring.tcp, .unix])
    func silentStrangersKeepNobodyOut(wiring: Wiring) async throws {
        let refused = Counter()
        let service = Stuck()
        let server = try await NativeServer.listen(
            on: wiring.address,
            serving: service,
            secret: Secrets.right,
            options: options(clients: 2, strangers: 4),
            onRefusal: { reason in if reason.kind == .tooMany { refused.increment() } }
        )
        let address = try #require(server.address)
        var strangers: [RawConnection] = []
        for _ in 0..<4 { strangers.append(try await RawConnection(to: address)) }
        // The fifth, and the two that prove themselves, each take the place of one that stays silent.
        strangers.append(try await RawConnection(to: address))
        _ = await strangers[0].receiveAll()
        let clients = [
            try await Peer.connect(to: address, secret: Secrets.right),
            try await Peer.connect(to: address, secret: Secrets.right),
        ]
        for client in clients {
            let one: Int = try await client.call("one")
            #expect(one == 1)
        }
        #expect(server.peers.count == 2 && refused.value >= 2)
        // Those who are in stay in, and the places of clients are a limit of their own.
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
        for stranger in strangers { stranger.close() }
        await server.stop()
    }

    @Test("P12: as many strangers wait as may, one more has the first one go", arguments: [Wiring.tcp, .unix])
    func asManyWaitAsMay(wiring: Wiring) async throws {
        let refused = Counter()
        let server = try await NativeServer.listen(
            on: wiring.address,
            serving: Stuck(),
            secret: Secrets.right,
            options: options(clients: 1, strangers: 3),
            onRefusal: { _ in refused.increment() }
        )
        let address = try #require(server.address)
        var strangers: [RawConnection] = []
        for _ in 0..<3 {
            strangers.append(try await RawConnection(to: address))
            // The server's hello: it is in the table.
            _ = await strangers.last?.receive { !$0.isEmpty }
        }
        #expect(refused.value == 0)
        strangers.append(try await RawConnection(to: address))
        let told = await strangers[0].receiveAll()
        #expect(String(decoding: told, as: UTF8.self).contains("Too many others wait"))
        #expect(refused.value == 1)
        for stranger in strangers { stranger.close() }
        await server.stop()
    }

    private func options(clients: Int, strangers: Int) -> ConnectionOptions {
        var options = ConnectionOptions.patient
        options.maximumConnections = clients
        options.maximumUnproven = strangers
        return options
    }
}
