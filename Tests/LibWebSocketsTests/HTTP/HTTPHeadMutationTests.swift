import Testing

@testable import LibWebSockets

/// A generator that produces the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

@Suite struct HTTPHeadMutationTests {
    private static let originals = [
        request("POST /rpc?x=y HTTP/1.1", "Content-Length: 12", "Content-Type: application/json", "Connection: close"),
        handshake("GET /rpc HTTP/1.1", "Origin: http://localhost", "Sec-WebSocket-Protocol: jsonrpc"),
        request("POST / HTTP/1.1", "Transfer-Encoding: chunked", "Expect: 100-continue"),
        request("GET http://localhost/rpc HTTP/1.0", "Connection: keep-alive"),
    ].map { Array($0.utf8) }
    private static let telling: [UInt8] = Array("\r\n\0: ,\t%/=Aa0\u{7f}".utf8) + [0x80, 0xFF]

    /// For any bytes the parser returns, and the heads that it accepts satisfy the rules of the gate.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func mutatedHeadsNeverTrapOrBreakRules(seed: UInt64) async {
        var generator = SeededGenerator(seed: seed)
        for number in 0..<10_000 {
            if number % 100 == 0 { await Task.yield() }
            let bytes = Self.mutate(Self.originals[number % Self.originals.count], &generator)
            var searched = 0
            // Every second head arrives in two pieces.
            if number.isMultiple(of: 2) {
                let count = Int.random(in: 0...bytes.count, using: &generator)
                guard case .incomplete = HTTPHeadParser().parse(Array(bytes[..<count]), searched: &searched) else {
                    continue
                }
            }
            guard case .complete(let head) = HTTPHeadParser().parse(bytes, searched: &searched) else { continue }
            // Latin-1 maps each byte to one scalar.
            let text = String(String.UnicodeScalarView(bytes[..<head.length].map { Unicode.Scalar($0) })).lowercased()
            let lines = text.unicodeScalars.split(separator: "\n").map { String($0) }
            let isWhole = head.length <= bytes.count && bytes[..<head.length].suffix(4) == [13, 10, 13, 10]
            let codings = lines.filter { $0.hasPrefix("transfer-encoding:") }
            let isDelimited = codings.isEmpty ? !head.isChunked : Self.isChunkedOnly(codings, lines)
            let asksForUpgrade = lines.contains { $0.hasPrefix("upgrade:") }
            let isUpgrade = head.webSocketKey == nil || (head.method == .get && asksForUpgrade)
            #expect(
                isWhole && isDelimited && isUpgrade && (head["host"] != nil || head.isHTTP10),
                "seed \(seed), head \(number): \(lines)"
            )
            _ = Handshake.canonical(head, subprotocol: "jsonrpc")
        }
    }

    private static func isChunkedOnly(_ codings: [String], _ lines: [String]) -> Bool {
        let value = codings.first?.dropFirst("transfer-encoding:".count).filter { !" \t\r".contains($0) }
        return codings.count == 1 && value == "chunked" && !lines.contains { $0.hasPrefix("content-length:") }
    }

    private static func mutate(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let place = Int.random(in: 0..<max(1, bytes.count), using: &generator)
            let byte = telling.randomElement(using: &generator) ?? 0
            switch Int.random(in: 0..<6, using: &generator) {
            case 0 where place < bytes.count: bytes[place] = byte
            case 1: bytes.insert(byte, at: min(place, bytes.count))
            case 2 where place < bytes.count: bytes.remove(at: place)
            case 3: bytes.removeLast(min(place, bytes.count))
            case 4 where place < bytes.count: bytes[place] = .random(in: 0...255, using: &generator)
            default: bytes.append(contentsOf: bytes[min(place, bytes.count)...].prefix(200))
            }
        }
        return bytes
    }
}
