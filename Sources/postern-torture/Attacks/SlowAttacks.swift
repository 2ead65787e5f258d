import NIOCore

/// Clients that send, read or answer slowly, or not at all.
enum SlowAttacks {
    static let all = [slowRequests, slowReaders, slowEventStreams, stalledSubscribers, halfOpen]

    static let slowRequests = Attack(
        name: "slow-requests",
        rows: "T1–T3, W3",
        summary: "400 connections: heads, bodies and messages at a byte a second, and silence",
        seconds: 20,
        refusals: ["cut"]
    ) { attacker in
        let connections = try await attacker.connections(400)
        let body = Array(
            "POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                .utf8
        )
        var message = ClientFrame.text("[")
        message.announcedLength = 1_000
        for (number, connection) in connections.enumerated() {
            switch number % 4 {
            case 0: connection.send(Array("GET /livez HTTP/1.1\r\nX: ".utf8))
            case 1: connection.send(body)
            case 2: connection.send(RequestText.handshake() + message.bytes)
            default: break
            }
        }
        for _ in 0..<18 {
            try await Task.sleep(for: .seconds(1))
            for (number, connection) in connections.enumerated() where number % 4 != 3 { connection.send([0x78]) }
        }
        await attacker.noteCuts(of: connections, atLeast: connections.count)
    }

    static let slowReaders = Attack(
        name: "slow-readers",
        rows: "F16",
        summary: "eight WebSockets that ask for histories of 1,000 messages, and read 4 KiB a second of 20 MB",
        seconds: 30,
        refusals: ["cut"]
    ) { attacker in
        try await attacker.fillHistory(1_000)
        try await attacker.parallel(8) { _ in
            let socket = try await attacker.webSocket(receiveBuffer: 4_096)
            socket.setReads(false)
            for id in 1...10 { socket.send(ClientFrame.text(RequestText.call("chat.history", "[1000]", id: id)).bytes) }
            for _ in 0..<24 {
                try await Task.sleep(for: .seconds(1))
                await socket.readOnce()
            }
            socket.discardInput()
            socket.setReads(true)
            if await socket.isClosed(within: .seconds(2)) { attacker.record.note("cut") }
        }
    }

    static let slowEventStreams = Attack(
        name: "slow-event-streams",
        rows: "P5, T21",
        summary: "40 event streams with old, future and wrong values of `Last-Event-ID`, which read 4 KiB a second",
        seconds: 12
    ) { attacker in
        let first = try await eventID(by: attacker)
        let epoch = first.prefix { $0 != ":" }
        try await attacker.fillHistory(1_000)
        let long = String(repeating: "x", count: 4_000)
        let positions = [first, "\(epoch):18446744073709551615", "\(epoch):-1", "another:1", ":", "\u{1f}", long, "0"]
        try await attacker.parallel(41) { number in
            // The last one publishes.
            guard number < 40 else { return try await publish(by: attacker) }
            let position = positions[number % positions.count]
            let stream = try await attacker.connect(receiveBuffer: 4_096)
            let field = "Last-Event-ID: \(position)"
            stream.send(RequestText.get("/events/chat/room", "Accept: text/event-stream", field))
            let status = await stream.take(within: Attacker.patience, HTTPAnswer.parse)?.status ?? 0
            // A control character is no value of a field.
            let expected = position == "\u{1f}" ? "400" : "200"
            attacker.record.check("T21 \(position.prefix(20))", "\(status)", among: [expected])
            guard expected == "200" else { return }
            stream.setReads(false)
            while attacker.isGoing {
                try await Task.sleep(for: .seconds(1))
                await stream.readOnce()
            }
        }
    }

    /// Returns the `id` of an event of the chat, such as `k3x9:1`.
    private static func eventID(by attacker: Attacker) async throws -> String {
        let stream = try await attacker.connect()
        stream.send(RequestText.get("/events/chat/room", "Accept: text/event-stream"))
        let id = await stream.take(within: Attacker.patience) { input -> String? in
            let lines = String(buffer: input).split(whereSeparator: \.isNewline)
            // The line is complete when another one follows.
            return lines.dropLast().first { $0.hasPrefix("id: ") }.map { String($0.dropFirst(4)) }
        }
        await stream.close()
        guard let id else { throw TortureFailure("an event stream without an id") }
        return id
    }

    static let stalledSubscribers = Attack(
        name: "stalled-subscribers",
        rows: "W14, P5",
        summary: "20 subscribers that read nothing, while 2,000 events of 2 KB a second are published",
        seconds: 8,
        refusals: ["cut"],
        isInShortForm: true
    ) { attacker in
        let subscribe = ClientFrame.text(RequestText.call("rpc.subscribe", #"{"topic":"chat.room"}"#)).bytes
        var subscribers: [RawConnection] = []
        for _ in 0..<20 {
            let socket = try await attacker.webSocket(receiveBuffer: 4_096)
            socket.send(subscribe)
            _ = await socket.take(within: .seconds(5), ServerFrame.parse)
            socket.setReads(false)
            subscribers.append(socket)
        }
        try await publish(by: attacker)
        for socket in subscribers {
            socket.discardInput()
            socket.setReads(true)
        }
        try await attacker.parallel(subscribers.count) { [subscribers] number in
            if await subscribers[number].isClosed(within: .seconds(2)) { attacker.record.note("cut") }
        }
    }

    /// Publishes 2,000 events of 2 KB a second at most, until three seconds before the end.
    private static func publish(by attacker: Attacker) async throws {
        let publisher = try await attacker.webSocket()
        let text = String(repeating: "x", count: 2_000)
        let say = ClientFrame.text(RequestText.call("chat.say", #"["a","\#(text)"]"#)).bytes
        while attacker.left > .seconds(3) {
            for _ in 0..<20 { publisher.send(say) }
            for _ in 0..<20 { _ = await publisher.take(within: attacker.left, ServerFrame.parse) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    static let halfOpen = Attack(
        name: "half-open",
        rows: "W11, W15",
        summary: "200 WebSockets that answer neither pings nor a close",
        seconds: 40,
        refusals: ["close 4412"]
    ) { attacker in
        let sockets = try await attacker.connections(200)
        for socket in sockets { socket.send(RequestText.handshake()) }
        try await attacker.parallel(sockets.count) { number in
            _ = await sockets[number].take(within: .seconds(5), HTTPAnswer.parse)
            await attacker.noteRefusals(on: sockets[number])
        }
    }
}
