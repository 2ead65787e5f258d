import Postern
import Testing

@testable import postern

@Suite struct JSONRPCExchangeTests {
    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":"postern-1","result":null}"#, JSONRPCExchange.Step.event(.result(.null))),
        (#"{"jsonrpc":"2.0","id":"postern-1","result":{"subscription":"x"}}"#, .event(.result(["subscription": "x"]))),
        (#"{"jsonrpc":"2.0","id":"postern-1","result":{"subscription":"postern-1"}}"#, .nothing),
        (#"{"jsonrpc":"2.0","id":7,"result":1}"#, .nothing),
        (#"{"method":"a.subscription","params":{"subscription":"postern-1","result":5,"seq":9}}"#, .event(.item(5))),
        (#"{"method":"a.subscription","params":{"subscription":"other","result":5}}"#, .nothing),
        (
            #"{"method":"rpc.event","params":{"subscription":"postern-1","gap":{"dropped":3}}}"#,
            .event(.gap(["dropped": 3]))
        ),
        (#"{"method":"rpc.event","params":{"subscription":"postern-1","done":true}}"#, .end),
        (#"{"method":"$/progress","params":{"token":"postern-1","value":[1]}}"#, .event(.progress([1]))),
        (#"{"method":"$/progress","params":{"token":"other","value":1}}"#, .nothing),
        ("[]", .nothing),
    ])
    func messagesAreStepsOfTheExchange(message: String, expected: JSONRPCExchange.Step) throws {
        var exchange = JSONRPCExchange()
        #expect(try exchange.take(Array(message.utf8)) == expected)
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":"postern-1","error":{"code":1001,"message":"no"}}"#,
        #"{"jsonrpc":"2.0","id":null,"error":{"code":1001,"message":"no"}}"#,
        #"{"method":"a.subscription","params":{"subscription":"postern-1","error":{"code":1001,"message":"no"}}}"#,
    ])
    func errorsAreThrown(message: String) throws {
        var exchange = JSONRPCExchange()
        let error = #expect(throws: RemoteError.self) { try exchange.take(Array(message.utf8)) }
        #expect(error?.code == 1001)
        #expect(error?.message == "no")
    }

    @Test(arguments: [#""postern-1""#, "7", #""a\"b""#])
    func callsOfTheServerAreRefused(id: String) throws {
        var exchange = JSONRPCExchange()
        let call = #"{"jsonrpc":"2.0","method":"call.me","id":\#(id),"params":[]}"#
        guard case .answer(let bytes) = try exchange.take(Array(call.utf8)) else {
            Issue.record("no answer")
            return
        }
        let error = #"{"code":-32601,"message":"This client serves no methods"}"#
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"jsonrpc":"2.0","id":\#(id),"error":\#(error)}"#)
        #expect(!exchange.isAnswered)
    }

    @Test func responseAnswersTheRequest() throws {
        var exchange = JSONRPCExchange()
        _ = try exchange.take(Array(#"{"method":"other"}"#.utf8))
        #expect(!exchange.isAnswered)
        _ = try exchange.take(Array(#"{"id":"postern-1","result":1}"#.utf8))
        #expect(exchange.isAnswered)
    }

    @Test func invalidJSONIsAnError() {
        var exchange = JSONRPCExchange()
        #expect(throws: RemoteError.self) { try exchange.take(Array("nonsense".utf8)) }
    }

    @Test func requestCarriesItsTimeout() throws {
        let request = RemoteRequest("a/b.c", .positional([1]), timeout: .milliseconds(1500))
        let text = String(decoding: try JSONRPCExchange.request(request), as: UTF8.self)
        #expect(
            text == #"{"jsonrpc":"2.0","id":"postern-1","method":"a.b.c","params":[1],"meta":{"timeoutMs":1500}}"#
        )
    }

    @Test func progressIsRequestedByTheIdentifierOfTheRequest() throws {
        var request = RemoteRequest("a", .positional([]), timeout: .seconds(1))
        request.wantsProgress = true
        let text = String(decoding: try JSONRPCExchange.request(request), as: UTF8.self)
        #expect(text.hasSuffix(#""meta":{"timeoutMs":1000,"progressToken":"postern-1"}}"#))
    }
}
