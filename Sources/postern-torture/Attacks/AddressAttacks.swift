/// Attacks of one address on the shares of all others.
enum AddressAttacks {
    static let all = [oneAddress]

    private static let kept = 256
    private static let opened = 500

    static let oneAddress = Attack(
        name: "one-address",
        rows: "F7, W19",
        summary: "500 connections of one address, of which 256 are kept, and half a message on each",
        options: ["--limit-loopback", "--max-connections-per-address", "256"],
        seconds: 8,
        refusals: ["close 4429"]
    ) { attacker in
        // The victim and the newcomers call from 127.0.0.1.
        let connections = try await attacker.connections(opened, from: "127.0.0.2")
        var open: [RawConnection] = []
        for connection in connections {
            if await connection.isClosed(within: .milliseconds(1)) {
                attacker.record.note("cut")
            } else {
                open.append(connection)
            }
        }
        if open.count != kept { attacker.record.fault("\(open.count) connections of one address were kept") }
        var frame = ClientFrame.text(String(repeating: "x", count: 1_000_000))
        frame.announcedLength = 1 << 20
        let message = RequestText.handshake() + frame.bytes
        try await attacker.parallel(16) { [open] number in
            for index in stride(from: number, to: open.count, by: 16) { await open[index].write(message) }
        }
        try await Task.sleep(for: attacker.left - .seconds(2))
        for connection in open {
            guard await connection.take(within: .milliseconds(1), HTTPAnswer.parse) != nil else { continue }
            if let frame = await connection.take(within: .milliseconds(1), ServerFrame.parse) { attacker.note(frame) }
        }
        // Half of the budget of the process, which is 128 messages, is the share of one address.
        await attacker.noteCuts(of: open, atLeast: kept - 128)
    }
}
