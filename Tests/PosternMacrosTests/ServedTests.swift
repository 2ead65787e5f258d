#if Macros
import Postern
import PosternMacros
import PosternNIO
import Testing

/// Tests of generated services and stubs, over connections.
@Suite(.timeLimit(.minutes(10))) struct ServedTests {
    @Test func everyKindOfTypeIsServed() async throws {
        try await withPeer { peer in
            #expect(try await peer.call("guestBook/visit") == 1)
            #expect(try await peer.call("guestBook/visit") == 2)
            #expect(try await peer.call("guestBook/greetCaller", "Welcome") == "Welcome, Monty")
            try await peer.call("guestBook/strict")
            try await peer.call("window/rename", named: ["to": "Tea"])
            #expect(try await peer.call("window/title") == "Tea")
            #expect(try await peer.call("shelf/all") == ["cup", "pot"])
            let things: ValueStream<String> = try await peer.stream("shelf/each")
            #expect(try await things.reduce(into: []) { $0.append($1) } == ["cup", "pot"])
        }
    }

    @Test func aStubCallsTheServiceOfItsName() async throws {
        try await withPeer { peer in
            let tea: some TeaService = RemoteTeaService(peer)
            #expect(try await tea.brew("green", for: 2) == Pot(kind: "green", minutes: 2))
            #expect(try await tea.hello(from: nil) == "Hello stranger")
            let numbers = try await tea.count(to: 3)
            #expect(try await numbers.reduce(into: []) { $0.append($1) } == [1, 2, 3])
            let bitter = await #expect(throws: CallError.self) { try await tea.brew("green", for: 11) }
            #expect(bitter?.message == "Too bitter")
            let missing = await #expect(throws: CallError.self) { try await tea.visit() }
            #expect(missing?.code == .methodNotFound)
        }
    }

    @Test func aStubPassesCallbacks() async throws {
        try await withPeer { peer in
            let (heard, mouth) = AsyncStream.makeStream(of: Int.self)
            let listener = Callback { (second: Int) in
                mouth.yield(second)
                return
            }
            try await RemoteTeaService(peer).send(each: [1, 2], to: listener)
            mouth.finish()
            #expect(await heard.reduce(into: []) { $0.append($1) } == [1, 2])
        }
    }

    @Test func aStubCallsThroughAReferenceAndAnotherPath() async throws {
        try await withPeer { peer in
            let house: Reference = try await peer.call("house")
            #expect(try await RemoteTeaService(house).hello(from: "Eric") == "Hello Eric")
            #expect(try await RemoteTeaService(peer, path: "street/tea").hello(from: "Eric") == "Hello Eric")
            #expect(try await RemoteTeaService(peer, path: "guestBook").visit() == 1)
        }
    }

    @Test func docCommentsBecomeDescriptions() async throws {
        try await withPeer { peer in
            let description: RouterDescription = try await peer.call("rpc/describe")
            #expect(
                description.services == [
                    ServiceDescription(
                        path: "guestBook",
                        documentation: "An actor that counts visits, with a method that calls its caller."
                    ),
                    ServiceDescription(path: "shelf", documentation: "A generic struct."),
                    ServiceDescription(path: "street/tea", documentation: "Tea for all guests."),
                    ServiceDescription(path: "teaService", documentation: "Tea for all guests."),
                    ServiceDescription(
                        path: "window",
                        documentation: "A class on the main actor that is neither final nor marked as `Sendable`."
                    ),
                ]
            )
            var brew = description.methods.first { $0.path == "teaService/brew" }
            #expect(brew?.resultSchema != nil && brew?.parameters.allSatisfy { $0.schema != nil } == true)
            brew?.resultSchema = nil
            for index in [0, 1] { brew?.parameters[index].schema = nil }
            #expect(
                brew
                    == MethodDescription(
                        path: "teaService/brew",
                        documentation: "Brews a pot.",
                        parameters: [
                            ParameterDescription(name: "kind", type: "string", documentation: "Which leaves."),
                            ParameterDescription(
                                name: "for",
                                type: "integer",
                                isRequired: false,
                                documentation: "How long, at most 10."
                            ),
                        ],
                        result: "object",
                        isSafe: true
                    )
            )
            let methods = description.methods.filter { $0.path.hasPrefix("teaService/") }.map(\.path)
            #expect(methods == ["count", "brew", "greet", "send"].map { "teaService/\($0)" }.sorted())
            #expect(description.methods.first { $0.path == "teaService/count" }?.isStream == true)
        }
    }

    @Test func aDefaultReplacesAMissingArgument() async throws {
        try await withPeer { peer in
            let usual: Pot = try await peer.call("teaService/brew", "black")
            #expect(usual == Pot(kind: "black", minutes: 3))
            let named: Pot = try await peer.call("teaService/brew", named: ["for": 1, "kind": "mint"])
            #expect(named == Pot(kind: "mint", minutes: 1))
            #expect(try await peer.call("teaService/greet") == "Hello stranger")
        }
    }

    /// Serves all services over TCP and calls `body` with a connected peer.
    private func withPeer(_ body: (Peer) async throws -> Void) async throws {
        let router = Router()
        let house = router.root.expose(TeaHouse())
        router.service("street").expose(TeaHouse(), as: "tea")
        router.root.expose(GuestBook())
        router.root.expose(Window())
        router.root.expose(Shelf(things: ["cup", "pot"]))
        router.root.register("house") { Reference(to: house) }
        let own = Router()
        own.root.register("name") { "Monty" }
        let server = NativeServer(router)
        let address = try await server.start(at: .tcp(host: "127.0.0.1", port: 0))
        let peer = try await NativeClient.connect(to: address, exposing: own)
        try await body(peer)
        peer.close()
        await server.stop()
    }
}
#endif
