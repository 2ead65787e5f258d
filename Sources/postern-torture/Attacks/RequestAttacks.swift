/// Handshakes and requests that must be refused, with the status that each gets.
enum RequestAttacks {
    static let all = [handshakes, requests, largeHeads]

    static let handshakes = Attack(
        name: "handshakes",
        rows: "F12, F17, H1–H9, H11",
        summary: "handshakes with wrong origins, hosts, versions, keys and methods, over and over",
        refusals: ["403"]
    ) { attacker in
        try await repeated(handshakeTable, by: attacker)
    }

    static let requests = Attack(
        name: "requests",
        rows: "T4–T9, T11, T14, T15",
        summary: "requests with doubtful lengths, malformed heads, wrong methods, paths and types, over and over",
        refusals: ["400"]
    ) { attacker in
        try await repeated(requestTable, by: attacker)
    }

    static let largeHeads = Attack(
        name: "large-heads",
        rows: "T10",
        summary: "heads above 8 KiB, of 65 fields, with targets above 4 KiB, and without an end",
        refusals: ["431"]
    ) { attacker in
        let fields = (0..<65).map { "X-\($0): y" }.joined(separator: "\r\n")
        let long = String(repeating: "x", count: 100_000)
        try await repeated(
            [
                ("one field", RequestText.get("/livez", "X: \(long.prefix(8_192))"), "431"),
                ("65 fields", RequestText.get("/livez", fields), "431"),
                ("target", RequestText.get("/\(long.prefix(4_200))"), "414"),
                ("no end", Array("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: \(long)".utf8), "431"),
                ("method", Array(long.utf8), "431"),
            ],
            by: attacker
        )
    }

    /// What is sent, and the right answers to it, separated by spaces.
    private typealias Row = (name: String, request: [UInt8], answers: String)

    private static func repeated(_ rows: [Row], by attacker: Attacker) async throws {
        try await attacker.parallel(4) { number in
            var index = number
            while attacker.isGoing {
                let row = rows[index % rows.count]
                let answers = row.answers.split(separator: " ").map(String.init)
                let answer = await attacker.status(of: row.request)
                guard attacker.isGoing else { return }
                attacker.record.check(row.name, answer, among: answers)
                index += 1
            }
        }
    }

    private static let handshake = String(decoding: RequestText.handshake(), as: UTF8.self)

    /// Returns the handshake with a part replaced.
    private static func changed(_ part: String, _ other: String) -> [UInt8] {
        Array(handshake.replacing(part, with: other).utf8)
    }

    private static var handshakeTable: [Row] {
        let origins = ["http://evil.test", "http://localhost.evil.test", "null", "http://localhost:99999", "file://"]
        let hosts = ["evil.test", "localhost.evil.test", "localhost, evil.test", "localhost\r\nHost: localhost"]
        let keys = ["abc", "AAAAAAAAAAAAAAAAAAAAAA==AAAA", "dGhlIHNhbXBsZSBub25jZQ=", ""]
        return origins.map { ("H1 \($0)", RequestText.handshake("Origin: \($0)"), "403") }
            + hosts.map { ("H4 \($0)", RequestText.handshake(host: $0), "421 400") }
            + keys.map { ("H6 \($0)", changed("dGhlIHNhbXBsZSBub25jZQ==", $0), "400 closed") }
            + ["12", "8", ""].map { ("H5 \($0)", changed("Version: 13", "Version: \($0)"), "426") }
            + [
                ("H2", RequestText.handshake("Origin: http://localhost", "Origin: http://localhost"), "403"),
                ("H3", RequestText.handshake(), "101"),
                ("H7 POST", changed("GET", "POST"), "400"),
                ("H7 HTTP/1.0", changed("HTTP/1.1", "HTTP/1.0"), "426"),
                ("H8 another path", changed("/rpc", "/livez"), "404"),
                ("H9 h2c", RequestText.get("/livez", "Connection: Upgrade", "Upgrade: h2c"), "200"),
                ("H9 preface", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), "505"),
                ("H11", Array("CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), "400 405 501 closed"),
                ("F12", RequestText.handshake("Origin: http://localhost:3000", host: "api.example"), "403 421"),
                ("F17", RequestText.get("/rpc/jobs/active", "Sec-Fetch-Site: cross-site"), "403"),
            ]
    }

    private static var requestTable: [Row] {
        let post = "POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        let lengths = [
            "Transfer-Encoding: chunked\r\nContent-Length: 4", "Transfer-Encoding: identity\r\nContent-Length: 2",
            "Content-Length: 2\r\nContent-Length: 9", "Content-Length: +5", "Content-Length: 0x5",
            "Content-Length: -1", "Content-Length: 12345678901234567890", "Content-Length : 5",
        ]
        let heads = [
            "GET /livez HTTP/1.1\nHost: localhost\n\n", "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n",
            "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
            "GET /x%0aHost:evil HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ]
        return lengths.map { ("T4, T5 \($0)", Array("\(post)\($0)\r\n\r\n0\r\n\r\n".utf8), "400") }
            + heads.map { ("T7 \($0)", Array($0.utf8), "400 505") }
            + [
                ("T11", RequestText.get("/livez", "Content-Length: 2") + Array("{}".utf8), "400"),
                ("T14 method", Array("DELETE /rpc HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), "405"),
                ("T14 path", RequestText.get("/nothing"), "404"),
                ("T14 type", Array("POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".utf8), "415"),
                ("T15", RequestText.post("{}", to: "/rpc", "Expect: a-miracle"), "417"),
                ("P13", Array("\(post)Content-Length: 1048577\r\n\r\n".utf8), "413"),
                ("T19", RequestText.get("/%2e%2e/etc/passwd"), "404 400"),
            ]
    }
}
