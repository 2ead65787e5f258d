/// Attacks that fill the tables of references.
enum ReferenceAttacks {
    static let all = [hoardedReferences, crowdedReferences]

    static let hoardedReferences = Attack(
        name: "hoarded-references",
        rows: "M10, M12",
        summary: "WebSockets that take 11,000 references, return none, and leave",
        seconds: 6,
        refusals: ["-32056"],
        isInShortForm: true,
        shortSeconds: 5
    ) { attacker in
        try await attacker.parallel(2) { _ in
            while attacker.isGoing {
                let socket = try await attacker.webSocket()
                guard await takeReferences(over: socket, by: attacker) else { return }
                await socket.close()
            }
        }
    }

    static let crowdedReferences = Attack(
        name: "crowded-references",
        rows: "F2, M12",
        summary: "60 WebSockets that take 11,000 references each, return none, and keep them",
        seconds: 10,
        refusals: ["-32056", "-32009", "close 4429"]
    ) { attacker in
        try await attacker.parallel(60) { _ in
            let socket = try await attacker.webSocket()
            _ = await takeReferences(over: socket, by: attacker)
        }
        await attacker.hold()
    }

    /// Requests 11,000 references, and notes what is refused; returns whether all requests were answered.
    private static func takeReferences(over socket: RawConnection, by attacker: Attacker) async -> Bool {
        for id in 1...110 {
            socket.send(ClientFrame.text(RequestText.call("probe.lend", "[100]", id: id)).bytes)
            var isAnswered = false
            while !isAnswered {
                guard let frame = await socket.take(within: attacker.left, ServerFrame.parse) else { return false }
                isAnswered = !frame.text.contains("\"method\"")
                if isAnswered { attacker.note(frame) }
            }
        }
        return true
    }
}
