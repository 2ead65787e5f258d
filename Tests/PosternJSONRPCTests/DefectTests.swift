import Postern
import PosternJSONRPC
import Testing

/// Tests of requests that are JSON by the grammar but have a value that is not accepted.
///
/// They are answered with their id and the reason.
@Suite struct DefectTests {
    private func echo(_ params: String, id: String = "1") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"calc.echo","params":\#(params)}"#
    }

    @Test(arguments: [
        "1e-320", "1e-99999999999", "1e308", "1.7976931348623157e308", "-1E+0000000000000308", "0.0001e311", "123e305",
        "\(String(repeating: "9", count: 300))e8", "0e999",
    ])
    func numbersWithinTheRangeAreAccepted(number: String) {
        let client = TestClient()
        #expect(client.send(echo("[\(number)]")) == "" && client.callsInFlight == 1)
    }

    @Test(arguments: [
        "1e309", "-1.8e308", "1e99999999999", "123e307", "0.1e310", "\(String(repeating: "9", count: 300))e9",
    ])
    func numbersBeyondTheRangeAreRefused(number: String) {
        #expect(TestClient().send(echo("[\(number)]")).errorCode == -32602)
    }

    @Test(arguments: [
        (#"["\ud83d"]"#, "Argument 1 of calc.echo: text holds half of a surrogate pair"),
        (#"[1,"\udc00\ud800"]"#, "Argument 2 of calc.echo: text holds half"),
        (#"{"from":"me","text":["\ud83d\u0041"]}"#, "Parameter text of calc.echo: text holds half"),
        (#"[{"\ud83d":1}]"#, "Argument 1 of calc.echo: text holds half"),
        (#"{"\ud83d":1}"#, "calc.echo: text holds half"),
        ("[1e400]", "Argument 1 of calc.echo: a number is beyond 1.7976931348623157e+308"),
        (#"{"a":[-1e999]}"#, "Parameter a of calc.echo: a number is beyond"),
        ("[\(String(repeating: "9", count: 400))]", "Argument 1 of calc.echo: a number is beyond"),
        (#"[1,[{"a":1,"b":2,"a":3}]]"#, "Argument 2 of calc.echo: an object has one name twice"),
        (#"{"a":{"x":1,"\u0078":2}}"#, "Parameter a of calc.echo: an object has one name twice"),
    ])
    func errorsNameTheDefectiveArgument(params: String, text: String) {
        for answer in [TestClient().send(echo(params)), TestClient().send(" { " + echo(params).dropFirst())] {
            let head = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"\#(text)"#
            #expect(answer.hasPrefix(head), "\(answer)")
            #expect(answer.contains(#""executed":"no""#))
        }
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"extra":"\ud83d"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"extra":1e400}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"\ud83d":0}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"\ud83d","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":1e400}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":1e400}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":\#(deep(70))}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":\#(deep(64))}"#,
    ])
    func aDefectOutsideTheParamsIsAnInvalidRequest(request: String) {
        let answer = TestClient().send(request)
        let head = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid Request""#
        #expect(answer.hasPrefix(head), "\(answer)")
    }

    @Test func aDefectiveIDIsNotEchoed() {
        let answer = TestClient().send(echo("[]", id: #""\ud83d""#))
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600"#))
    }

    @Test func otherEntriesOfABatchStillRun() {
        let good = { (id: Int) in #"{"jsonrpc":"2.0","id":\#(id),"method":"add","params":[\#(id),1]}"# }
        let bad = [
            echo(#"["\ud83d"]"#, id: "12"), echo("[1e400]", id: "13"), echo(Self.deep(64), id: "14"),
            echo(#"[{"a":1,"a":2}]"#, id: "15"), "1e400", Self.deep(70),
        ]
        let answer = TestClient().send("[\(([good(1)] + bad + [good(2)]).joined(separator: ","))]")
        #expect(answer.hasPrefix(#"[{"jsonrpc":"2.0","id":1,"result":2},"#))
        #expect(answer.hasSuffix(#",{"jsonrpc":"2.0","id":2,"result":3}]"#))
        for (id, code) in [("12", -32602), ("13", -32602), ("14", -32600), ("15", -32602), ("null", -32600)] {
            #expect(answer.contains(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"#), "\(answer)")
        }
    }

    @Test(arguments: [(63, -32602), (64, -32600)])
    func depthInABatchIsCountedFromTheEntry(depth: Int, code: Int) {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"add","params":\#(Self.deep(depth))}"#
        #expect(TestClient().send(request).errorCode == code)
        #expect(TestClient().send("[\(request)]") == "[\(TestClient().send(request))]")
    }

    @Test(arguments: [
        #"{"a":{"x":1,"y":{"x":1,"y":2}}}"#, #"[{"a":1},{"a":2}]"#, #"{"a":[{"b":1,"c":{"b":1}}],"b":1}"#,
        "[{\((0..<100).map { #""k\#($0)":{"k\#($0)":0,"k":0}"# }.joined(separator: ","))}]",
    ])
    func equalNamesInDifferentObjectsAreAccepted(params: String) {
        let request = echo(params).replacing("calc.echo", with: "echo")
        #expect(TestClient().send(request) == #"{"jsonrpc":"2.0","id":1,"result":\#(params)}"#)
    }

    @Test(arguments: [2, 12, 13, 14, 200])
    func aRepeatedNameIsFoundAmongMany(count: Int) {
        for escaped in [false, true] {
            var names = (0..<count).map { #""k\#($0)":{"k":0}"# }
            names.append(escaped ? #""\u006b0":1"# : #""k0":1"#)
            #expect(TestClient().send(echo("[{\(names.joined(separator: ","))}]")).errorCode == -32602)
        }
    }

    @Test func veryDeepNestingIsStillCheckedAgainstTheGrammar() {
        #expect(TestClient().send(echo(Self.deep(100_000))).errorCode == -32600)
        #expect(TestClient().send(echo(String(Self.deep(100_000).dropLast()) + "}")).errorCode == -32700)
        #expect(TestClient().send(echo(String(repeating: "[", count: 500_000))).errorCode == -32700)
        let mixed = String(repeating: #"[{"a":"#, count: 100) + "tru" + String(repeating: "}]", count: 100)
        #expect(TestClient().send(echo(mixed)).errorCode == -32700)
    }

    private static func deep(_ count: Int) -> String {
        String(repeating: "[", count: count) + String(repeating: "]", count: count)
    }
}
