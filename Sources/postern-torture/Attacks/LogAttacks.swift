/// Attacks that fill the log.
enum LogAttacks {
    static let all = [logFlood, unreadLog]

    static let logFlood = Attack(
        name: "log-flood",
        rows: "F14, S10",
        summary: "broken frames and wrong handshakes with control characters, as fast as 16 tasks can",
        refusals: ["close 1002"]
    ) { attacker in
        try await flood(by: attacker)
    }

    static let unreadLog = Attack(
        name: "unread-log",
        rows: "F14, S8",
        summary: "the same, while the server's standard error is a pipe that is not read",
        refusals: ["close 1002"],
        blocksLog: true
    ) { attacker in
        try await flood(by: attacker)
    }

    private static func flood(by attacker: Attacker) async throws {
        let broken = ClientFrame(opcode: .reserved, payload: [0x0d, 0x0a, 0x1b]).bytes
        let foreign = RequestText.handshake("Origin: http://evil.test/\u{1b}[31m")
        try await attacker.parallel(16) { number in
            while attacker.isGoing {
                let answer = number % 2 == 0 ? await attacker.response(to: broken) : await attacker.status(of: foreign)
                attacker.record.note(answer)
            }
        }
    }
}
