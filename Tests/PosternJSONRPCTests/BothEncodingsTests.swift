import Foundation
import Postern
import PosternJSONRPC
import Testing

/// Tests that arguments have the same results, codes and messages read as JSON and transcoded to MessagePack.
@Suite struct BothEncodingsTests {
    private struct Point: Codable, Sendable {
        var x: Int
        var y: Double?
        var tags: [String]?
    }

    private static let router: Router = {
        let router = Router()
        let types = router.service("types")
        types.register("int", "value") { (value: Int) in value }
        types.register("small", "value") { (value: Int8) in value }
        types.register("unsigned", "value") { (value: UInt64) in value }
        types.register("double", "value") { (value: Double) in value }
        types.register("float", "value") { (value: Float) in value }
        types.register("bool", "value") { (value: Bool) in value }
        types.register("text", "value") { (value: String) in value }
        types.register("bytes", "value") { (value: [UInt8]) in value }
        types.register("time", "value") { (value: Date) in value }
        types.register("any", "value") { (value: Value) in value }
        types.register("point", "value") { (value: Point) in value }
        types.register("list", "value") { (value: [Int]) in value }
        types.register("table", "value") { (value: [String: Double]) in value.count }
        types.register("optional", "value") { (value: Int?) in value }
        types.register("standard", Parameter<Int>("value", default: 100)) { (value: Int) in value }
        return router
    }()

    private static let methods = [
        "int", "small", "unsigned", "double", "float", "bool", "text", "bytes", "time", "any", "point", "list", "table",
        "optional", "standard",
    ]

    private func answer(_ method: String, _ arguments: Payload) async -> String {
        do throws(CallError) {
            guard case .value(let value) = try await Self.router.dispatch(Call(method, arguments: arguments)) else {
                return "a stream"
            }
            do throws(PayloadError) {
                return String(decoding: try value.transcoded(to: JSON.self).bytes, as: UTF8.self)
            } catch { return "\(error)" }
        } catch {
            return "\(error.code.rawValue) \(error.executed): \(error.message)"
        }
    }

    /// Calls methods in both encodings, expects equal responses, and returns them.
    private func check(_ params: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String] {
        let direct = Payload(bytes: Array(params.utf8), codec: JSON.self)
        // As a service reads the arguments that a gateway has transcoded.
        var crossed = try direct.transcodedArguments(to: MessagePack.self)
        crossed.codec = MessagePackFromJSON.self
        var answers: [String] = []
        for method in Self.methods {
            let path = "types/\(method)"
            let (one, other) = (await answer(path, direct), await answer(path, crossed))
            #expect(one == other, "\(path) \(params.prefix(80))", sourceLocation: sourceLocation)
            answers.append(one)
        }
        return answers
    }

    @Test(arguments: [
        "0", "-0", "0.0", "-0.0", "-0e5", "0e400", "1.0", "1e2", "1E+2", "-2.50e1", "1.5", "0.1e1", "1e-1", "1e-400",
        "127", "128", "-128", "-129", "1.28e2", "300", "255", "2147483648", "9007199254740991", "9007199254740993",
        "9007199254740993.0", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "-9223372036854775809", "9223372036854775808.0", "18446744073709551615", "18446744073709551616", "1e19", "1e20",
        "1e21", "1e38", "1e39", "1e300", "-1e300", "123456789012345678901234567890", "1.0000000000000000000000001",
        "123456789012345678.90123456", "0.99999999999999999999", "1.7976931348623157e308", "5e-324", "4.9e-325",
    ])
    func numbersHaveTheSameResultInBothEncodings(number: String) async throws {
        _ = try await check("[\(number)]")
        _ = try await check("[[\(number),1]]")
        _ = try await check(#"{"value":{"x":\#(number),"y":\#(number)}}"#)
    }

    @Test(arguments: [
        ("int", "1.0", "1"), ("int", "1e2", "100"), ("int", "-0", "0"),
        ("int", "9007199254740993.0", "9007199254740993"),
        ("int", #""\u0031""#, "1"), ("double", "-0", "-0.0"),
        ("double", "18446744073709551616", "1.8446744073709552e+19"),
        ("unsigned", "18446744073709551615", "18446744073709551615"), ("unsigned", "-0", "0"), ("any", "-0", "-0.0"),
        ("any", "1e2", "100"), ("any", "18446744073709551616", "1.8446744073709552e+19"), ("standard", "null", "100"),
        ("optional", "null", "null"),
    ])
    func theResultInBothEncodingsIs(method: String, value: String, right: String) async throws {
        let index = try #require(Self.methods.firstIndex(of: method))
        #expect(try await check("[\(value)]")[index] == right)
        #expect(try await check(#"{"value":\#(value)}"#)[index] == right)
    }

    private static let outside = "expected an integer from -9223372036854775808 to 9223372036854775807"

    @Test(arguments: [
        ("int", "18446744073709551616", outside), ("int", "1e300", outside), ("int", "9223372036854775808", outside),
        ("unsigned", "18446744073709551616", "expected an integer from 0 to 18446744073709551615"),
        ("small", "1.28e2", "expected an integer from -128 to 127"),
        ("int", "1.5", "expected an integer, found a fraction"),
        ("int", "true", "expected an integer, found a boolean"), ("int", "null", "expected an integer, found null"),
        ("int", #""1.0""#, "expected an integer, found a string"),
        ("text", "1.0", "expected a string, found a number"),
        ("bytes", #""AQ=""#, "expected bytes (in JSON base64 text), found text that is not base64 with padding"),
        ("time", "1", "expected a time (in JSON RFC 3339 text), found a number"),
        ("float", "1e39", "expected a number of 32 bits, at most 3.4028235e+38"),
    ])
    func theErrorInBothEncodingsIs(method: String, value: String, text: String) async throws {
        let index = try #require(Self.methods.firstIndex(of: method))
        let right = "-32602 no: Parameter value of types.\(method): \(text)"
        #expect(try await check("[\(value)]")[index] == right)
        #expect(try await check(#"{"value":\#(value)}"#)[index] == right)
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "[1,2]", "[1,2,3]", #"{"valu":1}"#, #"{"value":1,"value":2}"#,
        #"{"other":1,"value":2}"#,
        #"{"value":1,"v\u0061lue":2}"#, #"{"\n":1}"#, #"["text"]"#, #"["AQI="]"#, #"["AQI"]"#, #"["\u0041QI="]"#,
        #"["2026-02-30T00:00:00Z"]"#, #"["2026-01-02T03:04:05Z"]"#, #"["-1"]"#, #"["+1"]"#, #"["-"]"#, #"["-0"]"#,
        #"["007"]"#, #"["99999999999999999999"]"#, #"["1e2"]"#, #"[" 1"]"#, "[true]", "[[]]", "[{}]", "[[1,[2]]]",
        #"[{"x":"y"}]"#, #"[{"y":1}]"#, #"[{"x":1,"tags":["a",null]}]"#, #"[{"x":1,"z":{}}]"#, #"["\u0000"]"#,
    ])
    func argumentsHaveTheSameResultInBothEncodings(params: String) async throws { _ = try await check(params) }

    @Test(arguments: CorpusTests.files("y_") + CorpusTests.files("i_").filter(CorpusTests.isAccepted))
    func theCorpusHasTheSameResultInBothEncodings(file: String) async throws {
        let text = String(decoding: try CorpusTests.bytes(of: file), as: UTF8.self)
        // Values with a repeated name, or too deep inside an array, are refused before a method is called.
        guard !file.contains("names_twice"), (try? JSON.validate("[\(text)]".utf8.span)) != nil else { return }
        _ = try await check("[\(text)]")
    }
}
