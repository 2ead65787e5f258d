/// Attacks that make the server hold much for little.
enum MemoryAttacks {
    static let all = [unfinishedBatches]

    static let unfinishedBatches = Attack(
        name: "unfinished-batches",
        rows: "F2",
        summary: "one WebSocket, 128 batches of one slow call and three histories of 640 messages",
        seconds: 12,
        refusals: ["-32009", "-32011", "close 4429"],
        isInShortForm: true
    ) { attacker in
        try await attacker.fillHistory(640)
        let socket = try await attacker.webSocket()
        for number in 0..<128 {
            let histories = (1...3).map { RequestText.call("chat.history", "[640]", id: number * 4 + $0) }
            let batch = [RequestText.call("jobs.run", "[10000,60000]", id: number * 4)] + histories
            socket.send(ClientFrame.text("[\(batch.joined(separator: ","))]").bytes)
        }
        await attacker.noteRefusals(on: socket)
        await attacker.hold()
    }
}
