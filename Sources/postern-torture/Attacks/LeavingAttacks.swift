/// Clients that leave in the middle of everything.
enum LeavingAttacks {
    static let all = [abandonedResults, abortedRequests, leftStreams, cancelledMonitors, pipelinedRequests]

    static let abandonedResults = Attack(
        name: "abandoned-results",
        rows: "F3, F6",
        summary: "behind a gateway, three clients that ask for 128 results of 0.9 MB each and leave, over and over",
        topology: .sidecar,
        seconds: 8,
        // Answered by the gateway: the connection to the service is full of the results, and has one order for all.
        victimCall: ("rpc.ping", #""pong""#)
    ) { attacker in
        try await attacker.fillHistory(1_000, textBytes: 800)
        let calls = (1...128).flatMap { ClientFrame.text(RequestText.call("chat.history", "[1000]", id: $0)).bytes }
        try await attacker.parallel(3) { _ in
            while attacker.isGoing {
                let socket = try await attacker.webSocket()
                socket.setReads(false)
                await socket.write(calls)
                try await Task.sleep(for: .milliseconds(1_500))
                await socket.close()
            }
        }
    }

    static let abortedRequests = Attack(
        name: "aborted-requests",
        rows: "F1, T12, T13",
        summary: "every kind of request, cut at a random byte or after it, by a reset or in the ordinary way",
        seconds: 6,
        isInShortForm: true,
        shortSeconds: 4
    ) { attacker in
        try await attacker.parallel(8) { number in
            var random = SeededRandom(seed: attacker.seed &+ UInt64(number))
            while attacker.isGoing {
                guard let connection = try? await attacker.connect() else { continue }
                let request = kinds[Int.random(in: kinds.indices, using: &random)]
                let length =
                    Bool.random(using: &random) ? request.count : Int.random(in: 0...request.count, using: &random)
                await connection.write(Array(request.prefix(length)))
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...20, using: &random)))
                await connection.close(resets: Bool.random(using: &random))
            }
        }
    }

    private static let slow = RequestText.call("jobs.run", "[1000,100]")
    private static let stream = "Accept: text/event-stream"

    private static func session(_ texts: String...) -> [UInt8] {
        RequestText.handshake() + texts.flatMap { ClientFrame.text($0).bytes }
    }

    /// Requests of every kind.
    static let kinds: [[UInt8]] = [
        session(RequestText.call("calculator.add", "[2,3]")), session(slow),
        session(slow, #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#),
        session(RequestText.call("clock.ticks", "[0.01]")), session(RequestText.call("clock.ticks", "[3600]")),
        session(
            RequestText.call("rpc.subscribe", #"{"topic":"chat.room"}"#),
            RequestText.call("chat.say", #"["a","left"]"#, id: 2)
        ),
        session(
            "[\(slow),\(RequestText.call("clock.ticks", "[3600]", id: 3)),\(RequestText.call("chat.history", id: 4))]"
        ),
        session(RequestText.call("echo.back", #"["ui/ask",1]"#)), session(RequestText.call("probe.lend", "[50]")),
        RequestText.post(RequestText.call("calculator.add", "[2,3]")), RequestText.post(slow),
        RequestText.post("[\(slow),\(RequestText.call("jobs.active", id: 2))]"),
        RequestText.post("[1000,100]", to: "/rpc/jobs/run"), RequestText.get("/rpc/chat/history?limit=3"),
        RequestText.get("/rpc/clock/ticks?interval=0.01", stream),
        RequestText.get("/rpc/clock/ticks?interval=3600", stream),
        RequestText.get("/events/chat/room", stream), RequestText.post(slow) + RequestText.get("/livez"),
    ]

    static let leftStreams = Attack(
        name: "left-streams",
        rows: "F1, F19, T20",
        summary: "event streams of a method that rests, which their clients close in the ordinary way",
        seconds: 6
    ) { attacker in
        try await attacker.parallel(8) { number in
            let interval = number % 2 == 0 ? "3600" : "0.01"
            while attacker.isGoing {
                guard let connection = try? await attacker.connect() else { continue }
                connection.send(RequestText.get("/rpc/clock/ticks?interval=\(interval)", stream))
                _ = await connection.take(within: .seconds(1), HTTPAnswer.parse)
                await connection.close()
            }
        }
    }

    static let cancelledMonitors = Attack(
        name: "cancelled-monitors",
        rows: "F4, M16",
        summary: "`files.watch` and `files.monitor`, each followed at once by a cancel, then the connection closes"
    ) { attacker in
        let function = #"{"__jsonrpc_marshaled":1,"handle":7,"kind":"function"}"#
        let calls = (1...100).flatMap { id in
            let (method, parameters) =
                id % 2 == 0
                ? ("files.monitor", #"["/etc/hostname"]"#) : ("files.watch", #"["/etc/hostname",\#(function)]"#)
            let cancel = #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":\#(id)}}"#
            return ClientFrame.text(RequestText.call(method, parameters, id: id)).bytes + ClientFrame.text(cancel).bytes
        }
        while attacker.isGoing {
            let socket = try await attacker.connect()
            await socket.write(RequestText.handshake() + calls)
            try await Task.sleep(for: .milliseconds(50))
            await socket.close()
        }
    }

    static let pipelinedRequests = Attack(
        name: "pipelined-requests",
        rows: "F9, T12, T22",
        summary: "a hundred pipelined requests and a handshake in one packet, on eight connections at a time"
    ) { attacker in
        let packet =
            (0..<100).flatMap { RequestText.post(RequestText.call("calculator.add", "[\($0),1]", id: $0)) }
            + RequestText.handshake()
        try await attacker.parallel(8) { _ in
            while attacker.isGoing {
                let connection = try await attacker.connect()
                connection.send(packet)
                for number in 0..<100 {
                    guard let answer = await connection.take(within: attacker.left, HTTPAnswer.parse) else { return }
                    let isRight =
                        answer.body.contains("\"result\":\(number + 1)") && answer.body.contains("\"id\":\(number)")
                    if !isRight { attacker.record.fault("request \(number): \(answer.status) \(answer.body)") }
                }
                let upgrade = await connection.take(within: attacker.left, HTTPAnswer.parse)
                guard attacker.isGoing else { return }
                if upgrade?.status != 101 { attacker.record.fault("handshake: \(upgrade?.status ?? 0)") }
                await connection.close()
            }
        }
    }
}
