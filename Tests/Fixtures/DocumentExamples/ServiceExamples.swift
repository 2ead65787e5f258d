import Postern

/// The Swift of the articles about services and references.
func serviceExamples() throws {
    let router = Router()
    let words = router.service("words", documentation: "Counts words")
    words.register("count", Parameter<String>("text", "What to count in")) { (text: String) in
        text.split(separator: " ").count
    }
    words.register("longest", "text", Parameter("limit", default: 1), options: .init(isSafe: true)) {
        (text: String, limit: Int) throws -> [String] in
        guard (1...100).contains(limit) else { throw CallError(.invalidParameters, "limit is not within 1 to 100") }
        return Array(text.split(separator: " ").map(String.init).sorted { $0.count > $1.count }.prefix(limit))
    }

    words.register("check", "text") { (context: CallContext, text: String) async throws -> Int in
        for (index, _) in text.split(separator: " ").enumerated() { context.reportProgress(index) }
        try await context.caller?.call("log/write", "checked")
        return text.count
    }

    words.registerStream("all", "text") { (text: String) in
        AsyncStream { stream in
            for word in text.split(separator: " ") { stream.yield(String(word)) }
            stream.finish()
        }
    }
    let events = router.topic("words/events", documentation: "What was counted")
    try events.publish("counted")
}

func progressExample(peer: Peer) async throws {
    let length: Int = try await peer.call("words/check", "to be") { (index: Int) in print(index) }
    _ = length
}

func referenceExamples(peer: Peer, service: Service) async throws {
    let progress = Callback { (percent: Int) in print("\(percent) %") }
    try await peer.call("imports/start", "data.csv", progress)

    let counter = Router()
    counter.root.register("increase", "by") { (by: Int) in by + 1 }
    try await peer.call("counters/add", Reference(to: counter, "counter"))

    service.register("start", "file", "progress") { (file: String, progress: Callback) async throws in
        try progress.notify(50)
        try await progress.call(100)
    }
}

struct EmailAddress: Codable, Sendable { var text: String }

extension EmailAddress: CustomJSONSchema {
    static var jsonSchema: Value { ["type": "string", "format": "email", "examples": ["ada@example.org"]] }
}

struct Room: Codable, Sendable { var number: Int }

struct RoomTaken: TransferableError { var room: Room }

func schemaExamples(router: Router, hotel: Service) {
    let rooms = router.topic("rooms", of: Room.self)
    hotel.register("book", "room", options: .init(errors: [.init(RoomTaken.self, "The room is taken")])) {
        (room: Room) throws -> Int in try book(room)
    }
    _ = rooms

    let tooLong = MethodOptions.DeclaredError(.init(rawValue: 1001), "The stay is too long", details: Stay.self)
    hotel.register("extend", "nights", options: .init(errors: [tooLong])) { (nights: Int) in nights }
}

struct Stay: Codable, Sendable { var nights: Int }

private func book(_ room: Room) throws -> Int { throw RoomTaken(room: room) }
