import PosternTestSupport
import Postern
import PosternJSONRPC
import Testing

/// Tests with random bytes and mutated messages: none traps, and every response is JSON.
@Suite struct MutationTests {
    private static let seeds: [String] = [
        #"{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}"#,
        #"{"jsonrpc":"2.0","id":"x","method":"add","params":{"a":-1.5e3,"b":"2"},"meta":{"timeoutMs":5,"since":{}}}"#,
        #"[{"jsonrpc":"2.0","id":1,"method":"slow"},{"jsonrpc":"2.0","id":2,"method":"rpc.subscribe","params":["t"]}]"#,
        #"{"jsonrpc":"2.0","id":null,"method":"calc\/\u0061dd","params":["\ud83d\ude00",true,null,{}]}"#,
        #"{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}"#,
        #"{"jsonrpc":"2.0","id":3,"method":"rpc.unsubscribe","params":{"subscription":"2"}}"#,
        #"{"jsonrpc":"2.0","id":4,"result":[1e400,"ü€",0.1]}"#,
        #"{"jsonrpc":"2.0","id":5,"method":"add","params":[{"__jsonrpc_marshaled":1,"handle":7,"kind":"function"}]}"#,
        #"{"jsonrpc":"2.0","id":6,"method":"slow","params":{"a":[{"handle":7,"__jsonrpc_marshaled":0}]}}"#,
        #"{"jsonrpc":"2.0","id":7,"method":"$/invokeProxy/7/stop","params":[]}"#,
        #"{"jsonrpc":"2.0","method":"$/releaseMarshaledObject","params":{"handle":7,"ownedBySender":false,"count":2}}"#,
    ]

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func brokenMessagesAreAnsweredOrIgnored(seed: UInt64) async {
        var random = SplitMix(seed: seed)
        var client = TestClient()
        for round in 0..<50_000 {
            if round % 100 == 0 {
                client = TestClient()
                await Task.yield()
            }
            let message = Self.mutated(&random)
            client.send(bytes: message)
            Self.settle(client, &random)
        }
    }

    @Test func referencesInRandomBytesDoNotTrap() async {
        var random = SplitMix(seed: 6)
        for round in 0..<5_000 {
            if round % 100 == 0 { await Task.yield() }
            let bytes = Self.mutated(&random)
            var output: [UInt8] = []
            _ = try? JSON.transcode(bytes.span, to: JSON.self, naming: { $0 }, into: &output)
            _ = try? JSON.transcodeArguments(bytes.span, to: MessagePack.self, naming: { $0 }, into: &output)
            _ = try? JSON.readReference(bytes.span)
        }
    }

    @Test func argumentsInRandomBytesDoNotTrap() async {
        var random = SplitMix(seed: 5)
        let parameters = ParameterList(["a", "b"])
        for round in 0..<50_000 {
            if round % 100 == 0 { await Task.yield() }
            let bytes = Self.mutated(&random)
            _ = try? JSON.kind(of: bytes.span)
            _ = try? JSON.readInt64(bytes.span)
            _ = try? JSON.readUInt64(bytes.span)
            _ = try? JSON.readDouble(bytes.span)
            _ = try? JSON.readString(bytes.span)
            _ = try? JSON.readBytes(bytes.span)
            _ = try? JSON.locateArguments(bytes.span, for: parameters)
            _ = try? JSON.forEachElement(of: bytes.span) { (range) throws(PayloadError) in
                #expect(range.upperBound <= bytes.count)
            }
            _ = try? JSON.forEachMember(of: bytes.span) { (_, range) throws(PayloadError) in
                #expect(range.upperBound <= bytes.count)
            }
            var output: [UInt8] = []
            _ = try? JSON.transcode(bytes.span, to: MessagePack.self, into: &output)
            _ = try? JSON.transcodeArguments(bytes.span, to: MessagePack.self, into: &output)
        }
    }

    private static func settle(_ client: TestClient, _ random: inout SplitMix) {
        let (started, joining) = (client.started, client.joining)
        for ticket in started where Bool.random(using: &random) { _ = client.finish(ticket, "1") }
        for join in joining where Bool.random(using: &random) { _ = client.joined(join.call, nil) }
    }

    private static func mutated(_ random: inout SplitMix) -> [UInt8] {
        var bytes = Array(seeds[Int.random(in: seeds.indices, using: &random)].utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard !bytes.isEmpty else { break }
            let place = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(Array(#"[]{},:"\u0e-.9"#.utf8).randomElement(using: &random) ?? 0, at: place)
            case 3: bytes.removeSubrange(place...)
            case 4: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
            default: bytes.swapAt(place, Int.random(in: bytes.indices, using: &random))
            }
        }
        return bytes
    }
}
