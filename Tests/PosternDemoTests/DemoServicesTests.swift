import Postern
import PosternJSONRPC
import Testing

@testable import postern_demo

/// Calls a service of the demo with JSON arguments and gives the result as JSON text.
func answer(_ router: Router, _ method: String, _ arguments: String) async throws(CallError) -> String {
    let payload = Payload(bytes: Array(arguments.utf8), codec: JSON.self)
    guard case .value(let result) = try await router.dispatch(Call(method, arguments: payload)) else {
        throw CallError(.internalError, "a stream")
    }
    return String(decoding: result.bytes, as: UTF8.self)
}

@Suite struct DemoServicesTests {
    let router = DemoServices.makeRouter()

    @Test(arguments: [
        ("calculator/add", "[2,3]", "5"),
        ("calculator/subtract", #"{"b":3,"a":2}"#, "-1"),
        ("calculator/multiply", "[1.5,4]", "6"),
        ("calculator/divide", "[1,4]", "0.25"),
        ("echo/echo", #"{"value":{"b":[1,null,"ü"],"a":1.50}}"#, #"{"b":[1,null,"ü"],"a":1.50}"#),
        ("echo/echo", "[[]]", "[]"),
        ("echo", #"["xxx"]"#, #""xxx""#),
        ("add", "[1,2]", "3"),
        ("addConcurrent", "[1,2]", "3"),
        ("addAsync", "[1,2]", "3"),
        ("jobs/active", "", "0"),
        ("files/active", "", "0"),
    ])
    func methodAnswers(method: String, arguments: String, expected: String) async throws {
        #expect(try await answer(router, method, arguments) == expected)
    }

    @Test func divisionByZeroHasACodeOfItsOwn() async {
        let error = await #expect(throws: CallError.self) { try await answer(router, "calculator/divide", "[1,0]") }
        #expect(error?.code.rawValue == 1001)
        #expect(error?.message == "division by zero")
        #expect(error?.executed == .yes)
    }

    @Test(arguments: [
        ("add", "[9223372036854775807,1]"), ("echo/echo", "[]"), ("echo/echo", #"{"other":1}"#),
        ("files/monitor", #"["a\u0000b"]"#), ("files/monitor", #"[""]"#), ("jobs/run", "[0]"), ("jobs/run", "[1,-1]"),
    ])
    func unfitArgumentsAreRefused(method: String, arguments: String) async {
        let error = await #expect(throws: CallError.self) { try await answer(router, method, arguments) }
        #expect(error?.code == .invalidParameters)
    }
}
