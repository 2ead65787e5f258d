/// WebSocket frames that break the rules, and floods of those that do not.
enum FrameAttacks {
    static let all = [frames, endlessFragments, pingFlood, randomBytes]

    static let frames = Attack(
        name: "frames",
        rows: "F18, W1, W2, W5–W9, W13",
        summary: "frames with wrong bits, kinds, lengths, masks and texts, over and over",
        refusals: ["close 1002"],
        isInShortForm: true,
        shortSeconds: 3
    ) { attacker in
        try await attacker.parallel(4) { number in
            var index = number
            while attacker.isGoing {
                let row = table[index % table.count]
                let response = await attacker.response(to: row.bytes)
                guard attacker.isGoing else { return }
                attacker.record.check(row.name, response, among: row.responses)
                index += 1
            }
        }
    }

    private static let add = RequestText.call("calculator.add", "[1,2]")

    private static let table: [(name: String, bytes: [UInt8], responses: [String])] = {
        let text = Array(add.utf8)
        let tooLong = [UInt8](repeating: 0x20, count: 1 << 20 + 1)
        let masked = ClientFrame.text(add).bytes
        return [
            ("a call", masked, ["result"]),
            ("W1", ClientFrame(opcode: .text, payload: tooLong).bytes, ["close 1009"]),
            ("W2", ClientFrame(opcode: .text, payload: text, announcedLength: 1 << 62).bytes, ["close 1009"]),
            ("W5 in pieces", ClientFrame(opcode: .ping, isFinal: false).bytes, ["close 1002", "closed"]),
            ("W5 long", ClientFrame(opcode: .ping, payload: [UInt8](repeating: 1, count: 126)).bytes, ["close 1002"]),
            ("W6 kind", ClientFrame(opcode: .reserved, payload: text).bytes, ["close 1002"]),
            ("W6 orphan", ClientFrame(opcode: .continuation, payload: text).bytes, ["close 1002"]),
            ("W6, W13 bits", ClientFrame(opcode: .text, payload: text, reserved: 4).bytes, ["close 1002"]),
            ("W7", ClientFrame(opcode: .text, payload: [0xff]).bytes, ["close 1007"]),
            ("W8", ClientFrame(opcode: .binary, payload: text).bytes, ["result"]),
            ("W9", ClientFrame(opcode: .text, payload: text, isMasked: false).bytes, ["close 1002"]),
            ("F18 before a broken frame", masked + ClientFrame(opcode: .reserved).bytes, ["result"]),
            ("F18 short close", ClientFrame(opcode: .close, payload: [3]).bytes, ["close 1002"]),
        ]
    }()

    static let endlessFragments = Attack(
        name: "endless-fragments",
        rows: "W3",
        summary: "20 WebSockets with messages that do not end, in empty and in full pieces",
        seconds: 6,
        refusals: ["close 1008", "close 1009"]
    ) { attacker in
        try await attacker.parallel(20) { number in
            let piece = [UInt8](repeating: 0x78, count: number % 2 == 0 ? 0 : 2_000)
            let next = ClientFrame(opcode: .continuation, payload: piece, isFinal: false).bytes
            let many = [[UInt8]](repeating: next, count: 50).flatMap { $0 }
            while attacker.isGoing {
                let first = ClientFrame(opcode: .text, payload: piece, isFinal: false).bytes
                attacker.record.note(await attacker.response(to: first + (0..<40).flatMap { _ in many }))
            }
        }
    }

    static let pingFlood = Attack(
        name: "ping-flood",
        rows: "W12",
        summary: "four WebSockets that send pings and pongs as fast as they are taken"
    ) { attacker in
        let payload = [UInt8](repeating: 0x78, count: 100)
        let both =
            ClientFrame(opcode: .ping, payload: payload).bytes + ClientFrame(opcode: .pong, payload: payload).bytes
        let many = [[UInt8]](repeating: both, count: 1_000).flatMap { $0 }
        try await attacker.parallel(4) { _ in
            let socket = try await attacker.webSocket()
            socket.discardInput()
            while attacker.isGoing { await socket.write(many) }
        }
    }

    static let randomBytes = Attack(
        name: "random-bytes",
        rows: "W20",
        summary: "sessions with random bytes in them, on 16 connections at a time"
    ) { attacker in
        try await attacker.parallel(16) { number in
            var random = SeededRandom(seed: attacker.seed &+ UInt64(number))
            while attacker.isGoing {
                guard let connection = try? await attacker.connect() else { continue }
                let start = Bool.random(using: &random) ? RequestText.handshake() : RequestText.post(add)
                var session = start + table.prefix { $0.name != "W1" }.flatMap(\.bytes)
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    let index = Int.random(in: session.indices, using: &random)
                    session[index] = UInt8.random(in: .min ... .max, using: &random)
                }
                connection.send(
                    session
                        + (0..<Int.random(in: 0...500, using: &random)).map { _ in .random(in: 0...255, using: &random)
                        }
                )
                _ = await connection.isClosed(within: .milliseconds(20))
                await connection.close(resets: Bool.random(using: &random))
            }
        }
    }
}
