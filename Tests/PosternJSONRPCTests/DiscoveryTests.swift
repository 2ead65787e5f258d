import Postern
import PosternJSONRPC
import Testing

/// Tests of discovery, and of calls that a session dispatches to a router.
@Suite struct DiscoveryTests {
    private func router() -> Router {
        let router = Router()
        let files = router.service("files", documentation: "Looks at files")
        files.register(
            "size",
            Parameter<String>("path", "Where it is"),
            Parameter<Bool?>("follow"),
            options: MethodOptions(documentation: "How large a file is", isSafe: true, execution: .onEventLoop)
        ) { (path: String, follow: Bool?) in path.utf8.count }
        files.registerStream("watch", Parameter<String>("path")) { (path: String) in
            AsyncStream<Int> { $0.finish() }
        }
        router.root.register("now") { () in 7 }
        return router
    }

    private func answer(_ request: String) async -> String {
        String(decoding: await JSONRPCResponder.respond(to: Array(request.utf8), from: router()) ?? [], as: UTF8.self)
    }

    private static let int =
        #"{"type":"integer","format":"int64","minimum":-9223372036854775808,"maximum":9223372036854775807}"#

    @Test func theOpenRPCDocumentListsEveryMethod() async {
        let text = await answer(#"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#)
        #expect(
            text.hasPrefix(
                #"{"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.4.0","info":{"title":"Postern","version":"1.0.0"},"#
            )
        )
        let size =
            #"{"name":"files.size","description":"How large a file is","paramStructure":"either","params":["#
            + #"{"name":"path","description":"Where it is","required":true,"schema":{"type":"string"}},"#
            + #"{"name":"follow","required":false,"schema":{"anyOf":[{"type":"boolean"},{"type":"null"}]}}],"#
            + #""result":{"name":"result","schema":\#(Self.int)},"x-safe":true}"#
        #expect(text.contains(size), "\(text)")
        let watch =
            #""result":{"name":"subscription","schema":{"type":"object"}},"x-safe":false,"#
            + #""x-stream":{"notification":"files.subscription","item":\#(Self.int)}}"#
        #expect(text.contains(watch), "\(text)")
        #expect(text.contains(#"{"name":"now","#))
        #expect(!text.contains("describe"))
    }

    /// Peers of earlier versions, and of other languages, send words in place of schemas.
    @Test func aDescriptionWithoutSchemasIsWrittenByItsWords() throws {
        let old: Value = [
            "services": [], "topics": [["path": "news"]],
            "methods": [
                [
                    "path": "read", "result": "integer", "isStream": false, "isSafe": false,
                    "parameters": [
                        ["name": "data", "type": "bytes", "isRequired": true],
                        ["name": "other", "type": "any", "isRequired": true],
                    ],
                ]
            ],
        ]
        let information = ServerInformation(title: "Old", version: "3", description: "An old one")
        let description = try Payload(encoding: old).decode(RouterDescription.self)
        #expect(
            String(decoding: OpenRPC.document(for: description, information), as: UTF8.self)
                == #"{"openrpc":"1.4.0","info":{"title":"Old","version":"3","description":"An old one"},"methods":["#
                + #"{"name":"read","paramStructure":"either","params":[{"name":"data","required":true,"#
                + #""schema":{"type":"string","contentEncoding":"base64"}},"#
                + #"{"name":"other","required":true,"schema":{}}],"#
                + #""result":{"name":"result","schema":{"type":"integer"}},"x-safe":false}],"#
                + #""x-topics":[{"name":"news","schema":{}}]}"#
        )
    }

    @Test func modulesAreTheTopLevelServices() async {
        let text = await answer(#"{"jsonrpc":"2.0","id":1,"method":"rpc.modules","params":[]}"#)
        #expect(text == #"{"jsonrpc":"2.0","id":1,"result":{"files":"1.0.0","rpc":"1.0.0"}}"#)
    }

    @Test func pingIsAnsweredWithoutTheDispatcher() async {
        #expect(await answer(#"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#).contains(#""result":"pong""#))
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"files.size","params":["abc"]}"#, 3),
        (#"{"jsonrpc":"2.0","id":1,"method":"files/size","params":{"follow":null,"path":"abcd"}}"#, 4),
        (#"{"jsonrpc":"2.0","id":1,"method":"now"}"#, 7),
    ])
    func aRouterAnswersThroughTheSession(request: String, result: Int) async {
        #expect(await answer(request) == #"{"jsonrpc":"2.0","id":1,"result":\#(result)}"#)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"method":"files.size"}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"files.size","params":[1]}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"files.size","params":["a",true,1]}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"files.size","params":{"path":"a","path":"b"}}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"files.none"}"#, -32601),
        (#"{"jsonrpc":"2.0","id":1,"method":"files.watch","params":["a"]}"#, -32601),
    ])
    func aRouterRefusesThroughTheSession(request: String, code: Int) async {
        #expect(await answer(request).errorCode == code)
    }
}
