import Postern

/// Methods that fail, each in a different way.
enum Failures {
    static func register(in router: Router) {
        let failures = router.service("failures")
        let short = MethodOptions(isSafe: true, execution: .onEventLoop)
        failures.register("named", "name", options: short) { (name: String) throws -> Int in
            throw CallError(.init(rawValue: 1001), "as was asked for", name: CallError.Name(word: name))
        }
        failures.register("namedInATask", "name") { (name: String) async throws -> Int in
            throw CallError(.init(rawValue: 1001), "as was asked for", name: CallError.Name(word: name))
        }
        failures.register("coded", "code", options: short) { (code: Int) throws -> Int in
            throw CallError(.init(rawValue: code), "as was asked for", executed: .yes)
        }
        failures.register("typed", "room", options: short) { (room: String) throws -> Int in
            throw RoomMissing(room: room)
        }
        failures.register("secret", options: short) { () throws -> Int in throw Secret(password: "12345") }
        failures.register("detailed", options: short) { () throws -> Int in
            let details = try Payload(encoding: ["room": "kitchen"], as: MessagePack.self)
            throw CallError(.init(rawValue: 1002), "with details", name: .aborted, executed: .no, details: details)
        }
        failures.register("noForm", options: short) { () in Double.nan }
        failures.register("noFormInATask") { () async throws in [Double.infinity] }
        failures.registerStream("stream", options: MethodOptions(isSafe: true)) { () async throws in
            AsyncThrowingStream<Int, any Error> { continuation in
                continuation.yield(1)
                continuation.finish(throwing: RoomMissing(room: "attic"))
            }
        }
    }

    private struct RoomMissing: TransferableError {
        var room: String
        var message: String { "no room \(room)" }
        var errorName: CallError.Name { .notFound }
    }

    private struct Secret: Error { var password: String }
}
