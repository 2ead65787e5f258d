/// Attacks that make the server hold much for little.
enum MemoryAttacks {
    static let all = [
        unfinishedBatches, crowdedBatches, unreadPosts, heldArguments, halfMessages, oversizedAnswers, unreadCallbacks,
    ]

    private static let refused = ["-32009", "-32011", "close 4429"]

    static let unfinishedBatches = Attack(
        name: "unfinished-batches",
        rows: "F2",
        summary: "one WebSocket, 128 batches of one slow call and three histories of 640 messages",
        seconds: 8,
        refusals: refused,
        isInShortForm: true,
        shortSeconds: 6
    ) { attacker in
        try await attacker.fillHistory(640)
        let socket = try await attacker.webSocket()
        for number in 0..<128 { socket.send(unfinishedBatch(number)) }
        await attacker.noteRefusals(on: socket)
        await attacker.hold()
    }

    static let crowdedBatches = Attack(
        name: "crowded-batches",
        rows: "F2",
        summary: "100 WebSockets with two such batches each",
        seconds: 8
    ) { attacker in
        // What is refused is an entry of a batch that is not answered before the attack ends.
        try await attacker.fillHistory(640)
        try await attacker.parallel(100) { _ in
            let socket = try await attacker.webSocket()
            for number in 0..<2 { socket.send(unfinishedBatch(number)) }
            await attacker.noteRefusals(on: socket)
        }
        await attacker.hold()
    }

    /// Returns a batch whose first call takes a week, so that the results of the others wait for it.
    private static func unfinishedBatch(_ number: Int) -> [UInt8] {
        let histories = (1...3).map { RequestText.call("chat.history", "[640]", id: number * 4 + $0) }
        let batch = [RequestText.call("jobs.run", "[10000,60000]", id: number * 4)] + histories
        return ClientFrame.text("[\(batch.joined(separator: ","))]").bytes
    }

    static let unreadPosts = Attack(
        name: "unread-posts",
        rows: "F3",
        summary: "100 clients that post a batch of eight histories of 640 messages, and read nothing",
        seconds: 8,
        refusals: refused + ["503", "cut"],
        isInShortForm: true
    ) { attacker in
        try await attacker.fillHistory(640)
        let batch = (1...8).map { RequestText.call("chat.history", "[640]", id: $0) }.joined(separator: ",")
        let connections = try await attacker.connections(100, receiveBuffer: 4_096)
        for connection in connections {
            connection.setReads(false)
            connection.send(RequestText.post("[\(batch)]"))
        }
        try await Task.sleep(for: attacker.left - .seconds(3))
        // All of them would be more than can be read until the end.
        try await attacker.parallel(10) { number in
            let connection = connections[number * 10 + 9]
            connection.setReads(true)
            await attacker.noteAnswers(on: connection)
            await attacker.noteCuts(of: [connection])
        }
    }

    static let heldArguments = Attack(
        name: "held-arguments",
        rows: "F3",
        summary: "four WebSockets, 128 calls with 1 MB on each, whose handlers wait for an answer of their caller",
        seconds: 6,
        refusals: refused,
        isInShortForm: true,
        shortSeconds: 5
    ) { attacker in
        let value = String(repeating: "x", count: 1_000_000)
        try await attacker.parallel(4) { _ in
            let socket = try await attacker.webSocket()
            let sending = Task {
                for id in 1...128 {
                    let call = RequestText.call("echo.back", #"["ui/ask","\#(value)"]"#, id: id)
                    await socket.write(ClientFrame.text(call).bytes)
                }
            }
            await attacker.noteRefusals(on: socket)
            await sending.value
        }
    }

    static let halfMessages = Attack(
        name: "half-messages",
        rows: "F3, W3",
        summary: "300 WebSockets with a message of 1 MiB whose last bytes are never sent",
        seconds: 6,
        refusals: ["close 4429", "cut"],
        isInShortForm: true
    ) { attacker in
        var frame = ClientFrame.text(String(repeating: "x", count: 1_000_000))
        frame.announcedLength = 1 << 20
        let bytes = frame.bytes
        try await attacker.parallel(20) { _ in
            var sockets: [RawConnection] = []
            for _ in 0..<15 {
                let socket = try await attacker.webSocket()
                await socket.write(bytes)
                sockets.append(socket)
            }
            try await Task.sleep(for: attacker.left - .seconds(1))
            for socket in sockets {
                if let frame = await socket.take(within: .milliseconds(1), ServerFrame.parse) { attacker.note(frame) }
            }
            await attacker.noteCuts(of: sockets)
        }
    }

    static let oversizedAnswers = Attack(
        name: "oversized-answers",
        rows: "F15",
        summary: "behind a gateway, eight clients ask for 2 MB of control characters, which are 12 MB of JSON",
        topology: .sidecar,
        seconds: 8,
        refusals: ["-32003"]
    ) { attacker in
        let text = String(repeating: #"\u0001"#, count: 2_000)
        let socket = try await attacker.webSocket()
        for id in 0..<1_000 {
            socket.send(ClientFrame.text(RequestText.call("chat.say", #"["a","\#(text)"]"#, id: id)).bytes)
            _ = await socket.take(within: .seconds(5), ServerFrame.parse)
        }
        try await attacker.parallel(8) { _ in
            let socket = try await attacker.webSocket()
            while attacker.isGoing {
                socket.send(ClientFrame.text(RequestText.call("chat.history", "[1000]")).bytes)
                guard let frame = await socket.take(within: attacker.left, ServerFrame.parse) else { return }
                attacker.note(frame)
            }
        }
    }

    static let unreadCallbacks = Attack(
        name: "unread-callbacks",
        rows: "M14",
        summary: "20 WebSockets that read nothing, 128 calls on each that call back with 100 KB",
        seconds: 8
    ) { attacker in
        let value = String(repeating: "x", count: 100_000)
        try await attacker.parallel(20) { _ in
            let socket = try await attacker.webSocket(receiveBuffer: 4_096)
            socket.setReads(false)
            for id in 1...128 {
                let call = RequestText.call("echo.back", #"["ui/ask","\#(value)"]"#, id: id)
                await socket.write(ClientFrame.text(call).bytes)
            }
        }
        await attacker.hold()
    }
}
