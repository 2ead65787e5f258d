import PosternTestSupport
import Postern
import Testing

@Suite struct MessagePackRandomTests {
    @Test func noBytesTrapAnyReader() async {
        let seed = UInt64.random(in: .min ... .max)
        print("random bytes for all readers: seed \(seed)")
        var random = SplitMix(seed: seed)
        for round in 0..<50_000 {
            if round % 100 == 0 { await Task.yield() }
            let packed = Packed((0..<Int.random(in: 0...24, using: &random)).map { _ in randomByte(&random) })
            _ = try? packed.kind()
            _ = try? packed.bool()
            _ = try? packed.int64()
            _ = try? packed.uint64()
            _ = try? packed.double()
            _ = try? packed.string()
            _ = try? packed.rawBytes()
            _ = try? packed.timestamp()
            _ = try? packed.elements()
            _ = try? packed.members()
            _ = try? packed.arguments(["a", "b"])
            _ = try? packed.rewrittenArguments()
            _ = try? Value(decoding: Payload(bytes: packed.bytes, codec: MessagePack.self))
            if (try? packed.validate()) != nil { #expect((try? packed.end()) == packed.bytes.count, "seed \(seed)") }
            if let once = try? packed.rewritten() { #expect((try? Packed(once).rewritten()) == once, "seed \(seed)") }
        }
    }

    /// Returns a random byte; half of them are bytes that often begin a value.
    private func randomByte(_ random: inout SplitMix) -> UInt8 {
        let likely: [UInt8] = [
            0x80, 0x81, 0x82, 0x90, 0x91, 0x92, 0xa0, 0xa1, 0xa2, 0xc0, 0xc1, 0xc2, 0xc4, 0xc7, 0xca, 0xcb, 0xcc, 0xcf,
            0xd0, 0xd3, 0xd4, 0xd6, 0xd7, 0xd9, 0xdc, 0xdd, 0xde, 0xdf, 0xff, 0x61, 0x62, 0x00, 0x01, 0x02,
        ]
        return Bool.random(using: &random)
            ? likely[Int.random(in: 0..<likely.count, using: &random)] : .random(in: 0...255, using: &random)
    }
}
