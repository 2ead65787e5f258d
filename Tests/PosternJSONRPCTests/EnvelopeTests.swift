import Postern
import PosternJSONRPC
import Testing

/// Tests of which messages are valid requests, and which ids are echoed.
@Suite struct EnvelopeTests {
    @Test(arguments: [
        "1", "0", "-0", "-1", "9007199254740991", "9007199254740992", "9007199254740993", "9223372036854775808",
        "18446744073709551616", "123456789012345678901234567890", #""1""#, #""""#, #""\u0041\n""#, #""ü€😀""#, "null",
        "\"" + String(repeating: "x", count: 128) + "\"", String(repeating: "9", count: 128),
    ])
    func idsAreEchoedByteForByte(id: String) {
        let request = #"{"jsonrpc":"2.0","id":\#(id),"method":"add","params":[1,2]}"#
        #expect(TestClient().send(request) == #"{"jsonrpc":"2.0","id":\#(id),"result":3}"#)
        let failing = #"{"jsonrpc":"2.0","id":\#(id),"method":"add","params":[1]}"#
        #expect(TestClient().send(failing).hasPrefix(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-32602"#))
    }

    @Test(arguments: [
        "1.5", "1.0", "1e2", "true", "false", "[]", "{}", "[1]", "\"" + String(repeating: "x", count: 129) + "\"",
        String(repeating: "9", count: 129),
    ])
    func invalidIDsAreRefusedWithNull(id: String) {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":\#(id),"method":"add","params":[1,2]}"#)
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request""#))
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"add","method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","m\u0065thod":"sum","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"extra":0,"extra":0}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{},"meta":{}}"#,
        #"{"jsonrpc":"1.0","id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":2.0,"id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.00","id":1,"method":"add","params":[1,2]}"#,
        #"{"id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1}"#,
        #"{"jsonrpc":"2.0","id":1,"method":null}"#,
        #"{"jsonrpc":"2.0","id":1,"method":["add"]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":1}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":"[1,2]"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":true}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":[]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":-1}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":-1e300}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":1,"timeoutMs":2}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"progressToken":[]}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"\#(String(repeating: "a", count: 129))"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"\#(String(repeating: "a", count: 1 << 20))"}"#,
    ])
    func invalidRequestsAreRefusedWithTheirID(request: String) {
        let answer = TestClient().send(request)
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid Request""#))
        #expect(answer.contains(#""data":{"name":"invalid_argument","retryable":false,"executed":"no""#))
    }

    @Test(arguments: ["1", "null", "true", #""text""#, "{}", #"{"jsonrpc":"2.0"}"#, #"{"method":"add"}"#])
    func invalidRequestsWithoutIDAreRefusedWithNull(request: String) {
        #expect(TestClient().send(request).hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600"#))
    }

    @Test(arguments: [
        #"{"id":1,"params":[1,2],"method":"add","jsonrpc":"2.0"}"#,
        #" { "jsonrpc" : "2.0" , "id" : 1 , "method" : "add" , "params" : [ 1 , 2 ] } "#,
        "{\n\t\"jsonrpc\":\"2.0\",\r\n\"id\":1,\"method\":\"add\",\"params\":[1,2]}\n",
        #"{"jsonrpc":"2\u002e0","\u0069d":1,"method":"\u0061dd","params":["1","2"]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"calc.add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"calc/add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"calc\/add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":{"b":2,"a":1},"meta":{"unknown":[],"timeoutMs":5}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1.0,2e0],"traceparent":"00-x","tracestate":null,"x":{}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":null}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":9223372036854775807}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":18446744073709551616}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":1e300}}"#,
    ])
    func allSpellingsOfARequestHaveTheSameResponse(request: String) {
        #expect(TestClient().send(request) == #"{"jsonrpc":"2.0","id":1,"result":3}"#)
    }

    @Test(arguments: ["", #","params":null"#])
    func missingParamsMeanNoArguments(params: String) {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":0,"method":"echo"\#(params)}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":0,"result":null}"#)
    }

    @Test(arguments: [
        (#"[1]"#, "parameter b is missing"), (#"{"a":1}"#, "parameter b is missing"), ("[1,2,3]", "at most 2"),
        (#"{"a":1,"c":2}"#, "no parameter c"), (#"{"a":1,"a":2}"#, "parameter a is given twice"),
        (#"[1,"x"]"#, "expected an integer"),
        ("[1,1.5]", "fraction"), ("[1,9223372036854775808]", "to 9223372036854775807"), ("[1,[]]", "found an array"),
    ])
    func errorsNameTheArgumentOfTheWrongType(params: String, words: String) {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"add","params":\#(params)}"#)
        #expect(answer.errorCode == -32602)
        #expect(answer.contains(words), "\(answer)")
    }

    @Test(arguments: ["9007199254740991", "9007199254740993", "9223372036854775806"])
    func largeIntegersAreExact(number: String) throws {
        let sum = try #require(Int64(number)) &+ 1
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"add","params":[\#(number),"1"]}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":\#(sum)}"#)
    }

    @Test(arguments: [(64, nil), (65, -32600), (100_000, -32600)] as [(Int, Int?)])
    func nestingIsLimitedWithoutRecursion(depth: Int, code: Int?) {
        // The object of the message is the first level, and its params are the second.
        let params = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":\#(params)}"#)
        #expect(answer.errorCode == code)
        #expect(answer.contains(#""id":1,"#))
    }

    @Test func tooManyValuesAreRefused() {
        let members = (0..<200_000).map { #""k\#($0)":0"# }.joined(separator: ",")
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":{\#(members)}}"#)
        #expect(answer.errorCode == -32600)
        #expect(answer.contains("too many values") && answer.contains(#""id":1,"#))
    }

    @Test(arguments: [
        "NaN", "Infinity", "-Infinity", "01", "[1,]", "{\"a\":1,}", "\u{FEFF}1", "/**/1", "+1", ".5",
        "1.", "0x10", "'a'", "\"\\ud80\"", "\"\\x41\"", "\"a\nb\"", "tru", "nul",
    ])
    func textThatIsNotJSONIsAParseError(params: String) {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":[\#(params)]}"#)
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error""#))
    }

    @Test(
        arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0x80]]
            as [[UInt8]]
    )
    func bytesThatAreNotUTF8AreAParseError(bytes: [UInt8]) {
        let message = Array(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":[""#.utf8) + bytes + Array(#""]}"#.utf8)
        #expect(TestClient().send(bytes: message).errorCode == -32700)
    }

    @Test func aNulCharacterIsKept() {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"echo","params":["a\u0000b"]}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":["a\u0000b"]}"#)
    }

    @Test(arguments: ["rpc.x", "rpc/x", "rpc.", "$/x", "$/enumerator/next", "rpc.describe.x", "rpc.__proto__"])
    func reservedNamesDoNotReachTheDispatcher(name: String) {
        let client = TestClient()
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"\#(name)"}"#).errorCode == -32601)
        #expect(client.actions.isEmpty)
        #expect(client.send(#"{"jsonrpc":"2.0","method":"\#(name)"}"#) == "")
        #expect(client.actions.isEmpty)
    }

    @Test(arguments: ["", "ａdd", "ADD", "add ", "__proto__", "constructor", "init", "rpcx", "$"])
    func similarNamesAreNotFound(name: String) async {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"\#(name)"}"#
        let answer = await JSONRPCResponder.respond(to: Array(request.utf8), from: TestDispatcher())
        #expect(String(decoding: answer ?? [], as: UTF8.self).errorCode == -32601)
    }
}
