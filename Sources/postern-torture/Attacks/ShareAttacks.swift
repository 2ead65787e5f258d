/// Attacks on what all clients share: places, threads, descriptors.
enum ShareAttacks {
    static let all = [
        occupiedService, abandonedWork, silentConnections, fewDescriptors, connectionChurn, discoverBatches,
    ]

    static let occupiedService = Attack(
        name: "occupied-service",
        rows: "F5",
        summary: "behind a gateway, one client with 128 slow calls and one with 128 streams",
        topology: .sidecar,
        seconds: 5
    ) { attacker in
        let jobs = try await attacker.webSocket()
        let streams = try await attacker.webSocket()
        for id in 1...128 {
            jobs.send(ClientFrame.text(RequestText.call("jobs.run", "[10000,60000]", id: id)).bytes)
            streams.send(ClientFrame.text(RequestText.call("clock.ticks", "[1]", id: id)).bytes)
        }
        try await attacker.parallel(2) { await attacker.noteRefusals(on: $0 == 0 ? jobs : streams) }
    }

    static let abandonedWork = Attack(
        name: "abandoned-work",
        rows: "F6",
        summary: "eight clients that send 128 calls off the event loop each and leave, over and over",
        seconds: 6,
        isInShortForm: true,
        shortSeconds: 5,
        victimCall: ("bench.addConcurrent", "3")
    ) { attacker in
        try await attacker.fillHistory(640)
        let calls = (1...128).flatMap { ClientFrame.text(RequestText.call("chat.history", "[640]", id: $0)).bytes }
        try await attacker.parallel(8) { _ in
            while attacker.isGoing {
                let socket = try await attacker.connect()
                await socket.write(RequestText.handshake() + calls)
                await socket.close()
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    static let silentConnections = Attack(
        name: "silent-connections",
        rows: "F7, T3, H13",
        summary: "1,500 connections that say nothing, to a server with room for 1,000",
        options: ["--max-connections", "1000"],
        seconds: 6,
        refusals: ["cut"],
        isInShortForm: true,
        shortSeconds: 5
    ) { attacker in
        let connections = try await attacker.connections(1_500)
        try await Task.sleep(for: attacker.left - .seconds(1))
        await attacker.noteCuts(of: connections)
    }

    static let fewDescriptors = Attack(
        name: "few-descriptors",
        rows: "W18",
        summary: "200 connections to a server that may open 64 descriptors",
        seconds: 6,
        refusals: ["cut"],
        descriptorLimit: 64
    ) { attacker in
        let connections = try await attacker.connections(200)
        try await Task.sleep(for: attacker.left - .seconds(1))
        await attacker.noteCuts(of: connections)
    }

    static let connectionChurn = Attack(
        name: "connection-churn",
        rows: "W17",
        summary: "connections that are opened and closed as fast as 32 tasks can",
        seconds: 5
    ) { attacker in
        try await attacker.parallel(32) { number in
            while attacker.isGoing {
                // The accept queue of the kernel may be full for a moment, which is no fault.
                guard let connection = try? await attacker.connect() else { continue }
                await connection.close(resets: number % 2 == 0)
            }
        }
    }

    static let discoverBatches = Attack(
        name: "discover-batches",
        rows: "F11, J9",
        summary: "batches of 1,000 `rpc.discover`, one after the other, by two clients",
        seconds: 5
    ) { attacker in
        let calls = (1...1_000).map { RequestText.call("rpc.discover", id: $0) }.joined(separator: ",")
        let batch = ClientFrame.text("[\(calls)]").bytes
        try await attacker.parallel(2) { _ in
            let socket = try await attacker.webSocket()
            while attacker.isGoing {
                socket.send(batch)
                guard let frame = await socket.take(within: attacker.left, ServerFrame.parse) else { return }
                attacker.note(frame)
            }
        }
    }
}
