import Postern
import PosternJSONRPC
import PosternTasks
import Testing

@testable import postern_demo

/// Calls a service of the demo with JSON arguments, and returns the result as JSON text.
func answer(_ router: Router, _ method: String, _ arguments: String) async throws(CallError) -> String {
    let payload = Payload(bytes: Array(arguments.utf8), codec: JSON.self)
    guard case .value(let result) = try await router.dispatch(Call(method, arguments: payload)) else {
        throw CallError(.internalError, "a stream")
    }
    return String(decoding: result.bytes, as: UTF8.self)
}

@Suite struct DemoServicesTests {
    let router = DemoServices.makeRouter(offersBench: true, tasks: TaskHost())

    @Test(arguments: [
        ("calculator/add", "[2,3]", "5"),
        ("calculator/subtract", #"{"b":3,"a":2}"#, "-1"),
        ("calculator/multiply", "[1.5,4]", "6"),
        ("calculator/divide", "[1,4]", "0.25"),
        ("echo/echo", #"{"value":{"b":[1,null,"ü"],"a":1.50}}"#, #"{"b":[1,null,"ü"],"a":1.50}"#),
        ("echo/echo", "[[]]", "[]"),
        ("bench/echo", #"["xxx"]"#, #""xxx""#),
        ("bench/add", "[1,2]", "3"),
        ("bench/addConcurrent", "[1,2]", "3"),
        ("bench/addAsync", "[1,2]", "3"),
        ("jobs/active", "", "0"),
        ("files/active", "", "0"),
    ])
    func methodAnswers(method: String, arguments: String, expected: String) async throws {
        #expect(try await answer(router, method, arguments) == expected)
    }

    @Test(arguments: [
        (#"{"name":"Ada","email":"ada@example.org"}"#, "[BOOKING]", "EUR"),
        (#"{"name":"Ada","email":"ada@example.org"}"#, #"[BOOKING,"CHF"]"#, "CHF"),
        (#"{"name":"Ada"}"#, #"{"booking":BOOKING,"currency":null}"#, "EUR"),
    ])
    func aBookingIsConfirmed(guest: String, arguments: String, currency: String) async throws {
        let head = #""id":"6F9619FF-8B86-D011-B42D-00C04FC964FF","guest":\#(guest),"room":"double","#
        let booking =
            "{" + head + #""arrival":"2026-03-01T15:00:00Z","nights":3,"wishes":["quiet"]}"#
        let result = try await answer(router, "bookings/book", arguments.replacing("BOOKING", with: booking))
        #expect(
            result == "{" + head + #""arrival":"2026-03-01T15:00:00.000Z","departure":"2026-03-04T15:00:00.000Z","#
                + #""price":360,"currency":"\#(currency)"}"#
        )
    }

    @Test func methodsForLoadGeneratorsAreServedOnRequestOnly() {
        let names = DemoServices.makeRouter().description.methods.map(\.path)
        #expect(!names.contains { $0.hasPrefix("bench/") } && names.allSatisfy { $0.contains("/") })
    }

    /// Generated clients use the names of services, methods and parameters as they are.
    @Test func everyNameIsValidInOtherLanguages() {
        let description = router.description
        var names = description.methods.flatMap { $0.parameters.map(\.name) }
        names += description.methods.flatMap { $0.path.split(separator: "/").map(String.init) }
        #expect(names.filter(Self.keywords.contains) == [])
        // Names that differ in case only are equal in some languages.
        let paths = description.methods.map(\.path) + description.services.map(\.path)
        #expect(Set(paths.map { $0.lowercased() }).count == paths.count)
    }

    /// Keywords of Python, JavaScript, Java, Go, Ruby, C#, Kotlin, Rust and Swift that cannot be used as names there.
    private static let keywords = Set(
        """
        False None True and as assert async await break class continue def del elif else except finally for from global \
        if import in is lambda nonlocal not or pass raise return try while with yield case catch const debugger default \
        delete do enum export extends function instanceof new null super switch this throw typeof var void let static \
        abstract boolean byte char double float goto implements int interface long native package private protected \
        public short synchronized throws transient volatile chan defer fallthrough func go map range select struct type \
        alias begin end ensure module next nil redo rescue retry self then undef unless until when base bool checked \
        decimal delegate event explicit extern fixed foreach internal lock namespace object operator out override params \
        readonly ref sbyte sealed sizeof stackalloc string uint ulong unchecked ushort using virtual fun val \
        crate dyn fn impl loop match mod move mut pub trait use where associatedtype deinit extension guard init inout \
        protocol repeat subscript typealias
        """.split(separator: " ").map(String.init)
    )

    @Test func divisionByZeroHasACodeOfItsOwn() async {
        let error = await #expect(throws: CallError.self) { try await answer(router, "calculator/divide", "[1,0]") }
        #expect(error?.code.rawValue == 1001)
        #expect(error?.message == "division by zero")
        #expect(error?.executed == .yes)
    }

    @Test(arguments: [
        ("bench/add", "[9223372036854775807,1]"), ("echo/echo", "[]"), ("echo/echo", #"{"other":1}"#),
        ("tasks/spawn", #"["primes", {"limit": 0}]"#), ("tasks/spawn", #"["primes", [1, 17]]"#),
        ("tasks/spawn", #"["primes", [1, 1, 0]]"#), ("tasks/spawn", #"["primes", [1, 1, 1, 17]]"#),
        ("tasks/spawn", #"["range"]"#),
        ("files/monitor", #"["a\u0000b"]"#), ("files/monitor", #"[""]"#), ("jobs/run", "[0]"), ("jobs/run", "[1,-1]"),
    ])
    func invalidArgumentsAreRejected(method: String, arguments: String) async {
        let error = await #expect(throws: CallError.self) { try await answer(router, method, arguments) }
        #expect(error?.code == .invalidParameters)
    }
}
