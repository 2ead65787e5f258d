import Postern
import PosternJSONRPC
import Testing

/// Tests of the members of `meta`, of which those that are specified but not implemented are refused.
@Suite struct MetaTests {
    @Test(
        arguments: [
            (#""idempotencyKey":"k""#, "meta.idempotencyKey"), (#""policy":"latest""#, "meta.policy"),
            (#""explain":true"#, "meta.explain"), (#""bigIntegers":"string""#, "meta.bigIntegers"),
            (#""timeoutMs":50,"idempotencyKey":"k""#, "meta.idempotencyKey"),
        ],
        ["add", "slow", "short", "rpc.subscribe", "rpc.discover", "rpc.ping"]
    )
    func unsupportedMembersAreRefused(member: (json: String, name: String), method: String) {
        let client = TestClient()
        let params = method == "rpc.subscribe" ? #"["news"]"# : "[1,2]"
        let meta = #""meta":{\#(member.json)}"#
        let answer = client.send(#"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":\#(params),\#(meta)}"#)
        let text = "\(member.name) is not supported, so nothing was run: leave it out"
        #expect(answer.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"\#(text)""#), "\(answer)")
        #expect(answer.contains(#""executed":"no""#))
        #expect(client.actions.isEmpty)
    }

    @Test func sinceIsValidForSubscriptionsOnly() {
        let meta = #""meta":{"since":{"epoch":"e","seq":4}}"#
        let call = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"slow",\#(meta)}"#)
        #expect(call.errorCode == -32602 && call.contains("rpc.subscribe"))
        let client = TestClient()
        #expect(client.send(#"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":["news"],\#(meta)}"#) == "")
        #expect(client.joining.first?.request.since?.offset == 4)
    }

    @Test(arguments: [#"{"idempotencyKey":null}"#, #"{"unknown":{"a":[1]}}"#, #"{"progressToken":7}"#, "{}", "null"])
    func otherMembersAreAccepted(meta: String) {
        let answer = TestClient().send(#"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":\#(meta)}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":3}"#)
    }
}
