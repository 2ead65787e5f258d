import Postern
import PosternJSONRPC
import Testing

/// Tests of calls by path, whose bodies are params and results without an envelope.
@Suite struct PathCallTests {
    private func post(_ path: String, _ body: String) async -> (status: Int, body: String) {
        var output: [UInt8] = []
        let status: Int
        do throws(CallError) {
            let call = try PathCall.call(path: path, body: Array(body.utf8))
            status = PathCall.append(.success(try await TestDispatcher().dispatch(call)), into: &output)
        } catch {
            status = PathCall.append(.failure(error), into: &output)
        }
        return (status, String(decoding: output, as: UTF8.self))
    }

    @Test(arguments: [
        ("calc/add", "[1,2]", "3"), ("calc.add", #" {"a":1,"b":2} "#, "3"), ("echo", "", "null"),
        ("echo", " \n", "null"),
        ("echo", "[1, 2]", "[1, 2]"),
    ])
    func theBodyIsTheResultAlone(path: String, body: String, result: String) async {
        #expect(await post(path, body) == (200, result))
    }

    @Test(arguments: [
        ("calc/add", "[1", 400, -32700), ("calc/add", "7", 400, -32600), ("calc/add", "[1]", 400, -32602),
        ("calc/none", "[]", 501, -32601), ("rpc/describe", "", 501, -32601), ("$/cancelRequest", "", 501, -32601),
        (String(repeating: "a", count: 129), "", 400, -32600), ("watch/files", "", 501, -32601),
        ("fail", "", 500, 17), ("big", "[9000000]", 429, -32003),
    ])
    func theBodyIsTheErrorAloneWithItsStatus(path: String, body: String, status: Int, code: Int) async {
        let answer = await post(path, body)
        #expect(answer.status == status)
        #expect(answer.body.hasPrefix(#"{"code":\#(code),"message":""#), "\(answer.body.prefix(200))")
    }
}
