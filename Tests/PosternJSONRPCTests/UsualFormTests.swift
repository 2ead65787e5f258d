import PosternJSONRPC
import Testing

/// Tests that requests in the usual form have the same responses as when they are read member by member.
@Suite struct UsualFormTests {
    private static let requests = [
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":0,"method":"add","params":{"a":1,"b":2}}"#,
        #"{"jsonrpc":"2.0","id":01,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":-1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":9223372036854775808,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.1","id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"a\u0064d","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"ädd","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"id":2}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2],"meta":{"timeoutMs":0}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]} "#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}x"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":["\ud800"]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":null}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"add"}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"rpc.ping","params":[]}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"\#(String(repeating: "m", count: 129))","params":[]}"#,
    ]

    @Test(arguments: requests)
    func theResponseIsTheSameInBothForms(request: String) {
        let other = Self.inGeneralForm(request)
        #expect(answer(to: request) == answer(to: other))
        #expect(answer(to: " " + request) == answer(to: other))
        let note = #"{"jsonrpc":"2.0","method":"add","params":[1,2]}"#
        #expect(answer(to: "[\(note),\(request)]") == answer(to: "[\(note),\(other)]"))
        #expect(answer(to: "[\(request), \(request)]") == answer(to: "[\(other), \(other)]"))
    }

    /// Returns the same request in a form that is read member by member.
    private static func inGeneralForm(_ request: String) -> String { "{ " + request.dropFirst() }

    /// Returns the response without the offset in its fault, which differs between the forms.
    private func answer(to request: String, limits: JSONRPCLimits = JSONRPCLimits()) -> String {
        TestClient(limits: limits).send(request).replacing(/offset \d+/, with: "offset")
    }

    @Test func everyPrefixIsRefused() {
        let request = Self.requests[0]
        for length in 0..<request.utf8.count {
            #expect(TestClient().send(String(request.utf8.prefix(length)) ?? "").contains("-32700"))
        }
    }

    @Test func theLimitsOfDepthAndValuesApply() {
        let deep = { (count: Int) in
            let params = String(repeating: "[", count: count) + String(repeating: "]", count: count)
            return #"{"jsonrpc":"2.0","id":1,"method":"add","params":\#(params)}"#
        }
        for count in [62, 63, 64, 65] {
            #expect(TestClient().send(deep(count)) == TestClient().send(Self.inGeneralForm(deep(count))))
            #expect(TestClient().send("[\(deep(count))]") == TestClient().send("[\(Self.inGeneralForm(deep(count)))]"))
        }
        #expect(TestClient().send(deep(64)).errorCode == -32600)
        var limits = JSONRPCLimits()
        for values in 3...8 {
            limits.values = values
            let request = Self.requests[0]
            #expect(answer(to: request, limits: limits) == answer(to: Self.inGeneralForm(request), limits: limits))
        }
    }
}
