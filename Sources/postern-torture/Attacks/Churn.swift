import Postern
import PosternNIO

/// Ordinary clients and some that leave, for a long time.
enum Churn {
    /// The work of the soak; it is no attack of the catalogue.
    static let attack = Attack(name: "churn", rows: "P23", summary: "", seconds: 600) { attacker in
        try await attacker.parallel(kinds.count) { number in
            var random = SeededRandom(seed: attacker.seed &+ UInt64(number))
            while attacker.isGoing {
                do { try await kinds[number](attacker, &random) } catch {
                    if attacker.isGoing { attacker.record.fault("client \(number): \(error)") }
                }
                // So that the rate is the same at the begin and at the end, however busy the machine is.
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    private typealias Client = @Sendable (Attacker, inout SeededRandom) async throws -> Void

    private static let kinds: [Client] = [posts, batches, streams, subscriptions, references, aborts, natives]

    private static let posts: Client = { attacker, _ in
        let connection = try await attacker.connect()
        for number in 0..<5 {
            connection.send(RequestText.post("[\(number),1]", to: "/rpc/calculator/add"))
            let answer = await connection.take(within: .seconds(5), HTTPAnswer.parse)
            if answer?.status != 200 { attacker.record.fault("POST: \(answer?.status ?? 0)") }
        }
        await connection.close()
    }

    private static let batches: Client = { attacker, _ in
        let socket = try await attacker.webSocket()
        let calls = (1...10).map { RequestText.call($0 == 10 ? "no.such" : "calculator.add", "[1,2]", id: $0) }
        try await ask(socket, "[\(calls.joined(separator: ","))]")
        try await ask(socket, RequestText.call("chat.history", "[10]"))
        await socket.close()
    }

    private static let streams: Client = { attacker, random in
        let connection = try await attacker.connect()
        connection.send(RequestText.get("/rpc/clock/ticks?interval=0.01", "Accept: text/event-stream"))
        _ = await connection.take(within: .seconds(5), HTTPAnswer.parse)
        try await Task.sleep(for: .milliseconds(30))
        await connection.close(resets: Bool.random(using: &random))
    }

    private static let subscriptions: Client = { attacker, _ in
        let socket = try await attacker.webSocket()
        try await ask(socket, RequestText.call("rpc.subscribe", #"{"topic":"chat.room"}"#))
        try await ask(socket, RequestText.call("chat.say", #"["a","text"]"#, id: 2))
        try await ask(socket, RequestText.call("rpc.unsubscribe", #"{"subscription":"1"}"#, id: 3))
        await socket.close()
    }

    private static let references: Client = { attacker, random in
        let socket = try await attacker.webSocket()
        let function = #"{"__jsonrpc_marshaled":1,"handle":7,"kind":"function"}"#
        try await ask(socket, RequestText.call("probe.lend", "[5]"))
        try await ask(socket, RequestText.call("files.watch", #"["/etc/hostname",\#(function)]"#, id: 2))
        await socket.close(resets: Bool.random(using: &random))
    }

    private static let aborts: Client = { attacker, random in
        let request = LeavingAttacks.kinds[Int.random(in: LeavingAttacks.kinds.indices, using: &random)]
        let connection = try await attacker.connect()
        await connection.write(Array(request.prefix(Int.random(in: 0...request.count, using: &random))))
        await connection.close(resets: Bool.random(using: &random))
    }

    private static let natives: Client = { attacker, _ in
        guard let native = attacker.native else { return }
        let peer = try await NativeClient.connect(to: native)
        for number in 0..<10 {
            let sum: Double = try await peer.call("calculator/add", Double(number), 1.0)
            if sum != Double(number) + 1 { attacker.record.fault("native: \(sum)") }
        }
        peer.close()
    }

    /// Sends a message, and waits for one.
    private static func ask(_ socket: RawConnection, _ text: String) async throws {
        socket.send(ClientFrame.text(text).bytes)
        let frame = await socket.take(within: .seconds(5), ServerFrame.parse)
        guard let frame, frame.closeCode == nil else { throw TortureFailure("no answer to \(text.prefix(80))") }
    }
}
