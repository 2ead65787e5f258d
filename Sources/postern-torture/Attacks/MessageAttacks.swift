/// JSON and JSON-RPC above the limits, and floods of messages.
enum MessageAttacks {
    static let all = [messages, longNumbers, notificationFlood, unaskedResponses, subscriptionChurn]

    static let messages = Attack(
        name: "messages",
        rows: "F13, J2–J4, J7, J9, J15, J17",
        summary: "JSON that is deep, malformed or has too many values, and batches that are too long, over and over",
        refusals: ["-32600"],
        isInShortForm: true,
        shortSeconds: 3
    ) { attacker in
        let rows = table
        try await attacker.parallel(2) { number in
            var index = number
            while attacker.isGoing {
                let row = rows[index % rows.count]
                let response = await attacker.response(to: ClientFrame.text(row.text).bytes)
                guard attacker.isGoing else { return }
                attacker.record.check(row.name, response, among: [row.response])
                index += 1
            }
        }
    }

    private static var table: [(name: String, text: String, response: String)] {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
        }
        func calls(_ count: Int) -> String {
            "[" + (1...count).map { RequestText.call("calculator.add", "[1,2]", id: $0) }.joined(separator: ",") + "]"
        }
        let ones = (0..<200_000).map { _ in "1" }.joined(separator: ",")
        let names = (0..<101_000).map { "\"\($0)\":1" }.joined(separator: ",")
        return [
            ("J2 64", RequestText.call("calculator.add", nested(64)), "-32602"),
            ("J2 65", RequestText.call("calculator.add", nested(65)), "-32600"),
            ("J2 500,000", RequestText.call("calculator.add", nested(500_000)), "-32600"),
            ("J2 without an end", String(repeating: "[", count: 1_000_000), "-32700"),
            ("J3", #"{"id":1,"id":2,"jsonrpc":"2.0","method":"calculator.add","params":[1,2]}"#, "-32600"),
            ("J4", RequestText.call("calculator.add", "[01,NaN]"), "-32700"),
            ("J7", #"{"jsonrpc":"2.0","id":{},"method":"calculator.add","params":[1,2]}"#, "-32600"),
            ("J9 empty", "[]", "-32600"), ("J9 1,000", calls(1_000), "result"), ("J9 1,001", calls(1_001), "-32010"),
            ("J15", RequestText.call("__proto__.x"), "-32601"),
            ("J17 numbers", RequestText.call("calculator.add", "[\(ones)]"), "-32600"),
            ("J17 names", RequestText.call("calculator.add", "{\(names)}"), "-32600"),
        ]
    }

    static let notificationFlood = Attack(
        name: "notification-flood",
        rows: "J12",
        summary: "four WebSockets that send notifications of methods that do not exist, as fast as they are taken"
    ) { attacker in
        let notification = ClientFrame.text(#"{"jsonrpc":"2.0","method":"no.such","params":[1]}"#).bytes
        let many = [[UInt8]](repeating: notification, count: 500).flatMap { $0 }
        try await attacker.parallel(4) { _ in
            let socket = try await attacker.webSocket()
            socket.discardInput()
            while attacker.isGoing { await socket.write(many) }
        }
    }

    static let longNumbers = Attack(
        name: "long-numbers",
        rows: "F13",
        summary: "16 WebSockets that send calls with 99,000 numbers such as 1e-320, each after the last answer"
    ) { attacker in
        let numbers = (0..<99_000).map { _ in "1e-320" }.joined(separator: ",")
        let call = ClientFrame.text(RequestText.call("calculator.sum", "[[\(numbers)]]")).bytes
        try await attacker.parallel(16) { _ in
            let socket = try await attacker.webSocket()
            while attacker.isGoing {
                await socket.write(call)
                guard let frame = await socket.take(within: attacker.left, ServerFrame.parse) else { return }
                attacker.record.check(
                    "a sum",
                    ErrorCodes.all(in: frame.payload).isEmpty ? "result" : "error",
                    among: ["result"]
                )
            }
        }
    }

    static let unaskedResponses = Attack(
        name: "unasked-responses",
        rows: "J13",
        summary: "WebSockets that send 110 responses to calls that were never made",
        refusals: ["close 4503"]
    ) { attacker in
        let response = ClientFrame.text(#"{"jsonrpc":"2.0","id":1,"result":null}"#).bytes
        let many = [[UInt8]](repeating: response, count: 110).flatMap { $0 }
        try await attacker.parallel(4) { _ in
            while attacker.isGoing { attacker.record.note(await attacker.response(to: many)) }
        }
    }

    static let subscriptionChurn = Attack(
        name: "subscription-churn",
        rows: "J14",
        summary: "four WebSockets that subscribe 300 times, and unsubscribe, over and over",
        refusals: ["-32006"]
    ) { attacker in
        try await attacker.parallel(4) { _ in
            let socket = try await attacker.webSocket()
            var id = 1
            while attacker.isGoing {
                let first = id
                for number in first..<first + 300 {
                    let call = RequestText.call("rpc.subscribe", #"{"topic":"bench"}"#, id: number)
                    socket.send(ClientFrame.text(call).bytes)
                }
                for number in first..<first + 300 {
                    let call = RequestText.call("rpc.unsubscribe", #"{"subscription":"\#(number)"}"#, id: number + 300)
                    socket.send(ClientFrame.text(call).bytes)
                }
                for _ in 0..<600 {
                    guard let frame = await socket.take(within: attacker.left, ServerFrame.parse) else { return }
                    if let code = ErrorCodes.all(in: frame.payload).first { attacker.record.note("\(code)") }
                }
                id += 600
            }
        }
    }
}
