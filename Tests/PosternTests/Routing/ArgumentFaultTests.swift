import Postern
import Testing

/// The messages of errors in arguments, which name the method and the parameter.
@Suite struct ArgumentFaultTests {
    private let router = Router()

    init() {
        let service = router.service("chat")
        service.register("say", "from", "text") { (from: String, text: String) in "\(from): \(text)" }
        service.register("history", Parameter<Int>("limit", default: 100)) { (limit: Int) in limit }
        service.register("note", Parameter<Int?>("limit", default: 7)) { (limit: Int?) in limit ?? -1 }
        service.register("clear") { () in 0 }
        service.register("later", "first", Parameter<Double>("second", default: 0.5), "third") {
            (first: Double, second: Double, third: Value) async throws in
            [.double(first), .double(second), third] as Value
        }
        router.root.register("small", "n") { (n: UInt8) in n }
    }

    @Test(
        arguments: [
            (["to": "x"], "chat.say has no parameter to; it takes from and text"),
            (["frm": "x"], "chat.say has no parameter frm; it takes from and text. Did you mean from?"),
            (["Text": "x"], "chat.say has no parameter Text; it takes from and text. Did you mean text?"),
        ] as [(KeyValuePairs<String, Value>, String)]
    )
    func theErrorForAnUnknownParameterListsTheKnownOnes(named: KeyValuePairs<String, Value>, text: String) async {
        let error = await router.failure("chat/say", [], named: named.map { Value.Member($0.key, $0.value) })
        #expect(error?.message == text && error?.code == .invalidParameters && error?.executed == .no)
    }

    @Test func theErrorForExcessArgumentsCountsThem() async {
        #expect(
            await router.failure("chat/clear", [], named: [.init("a", 1)])?.message
                == "chat.clear has no parameter a; it takes none"
        )
        #expect(await router.failure("chat/clear", [1, 2])?.message == "chat.clear takes no arguments; 2 were given")
        #expect(
            await router.failure("chat/history", [1, 2])?.message
                == "chat.history takes at most 1 argument, limit; 2 were given"
        )
        #expect(
            await router.failure("chat/later", [1, 2, 3, 4])?.message
                == "chat.later takes at most 3 arguments, first, second and third; 4 were given"
        )
        #expect(
            await router.failure("chat/say", ["a"], named: [.init("from", "b")])?.message
                == "chat.say: parameter from is given twice"
        )
        #expect(await router.failure("chat/say", ["a"])?.message == "Parameter text of chat.say is missing")
    }

    @Test func aMethodOfTheRootIsNamedWithoutAService() async {
        #expect(
            await router.failure("small", [256])?.message == "Parameter n of small: expected an integer from 0 to 255"
        )
        #expect(
            await router.failure("small", [-1])?.message == "Parameter n of small: expected an integer from 0 to 255"
        )
        #expect(
            await router.failure("small", [.double(1.5)])?.message
                == "Parameter n of small: expected an integer, found a fraction"
        )
        #expect(
            await router.failure("small", [.double(1e300)])?.message
                == "Parameter n of small: expected an integer from 0 to 255"
        )
        #expect(
            await router.failure("small", [true])?.message
                == "Parameter n of small: expected an integer, found a boolean"
        )
    }

    @Test func nullMeansTheDefaultForATypeWithoutNull() async throws {
        #expect(try await router.call("chat/history", [nil]) == 100)
        #expect(try await router.call("chat/history", [], named: [.init("limit", nil)]) == 100)
        #expect(try await router.call("chat/history", [5]) == 5)
        #expect(try await router.call("chat/note", [nil]) == -1)
        #expect(try await router.call("chat/note", []) == 7)
        #expect(try await router.call("chat/later", [1, nil, nil]) == [1.0, 0.5, nil])
        #expect(
            await router.failure("chat/say", ["a", nil])?.message
                == "Parameter text of chat.say: expected a string, found null"
        )
        #expect(await router.failure("chat/history", [true])?.code == .invalidParameters)
    }

    @Test func aLongNameIsNotCompared() async {
        let name = String(repeating: "x", count: 1_000_000)
        let error = await router.failure("chat/say", [], named: [.init(name, 1)])
        #expect(error?.message.utf8.count ?? .max < 150)
    }
}
