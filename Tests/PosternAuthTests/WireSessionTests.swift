@testable import Postern
import PosternAuth
import Testing

/// Tests that replay the sessions of `Tests/Corpus/sessions.txt` against a peer.
@Suite struct WireSessionTests {
    @Test("A session of the corpus", arguments: WireSession.all)
    func theSessionIsAnswered(session: WireSession) async throws {
        let pipe = BytePipe()
        let authentication = try session.demandsSecret ? FixedNonce() : nil
        let peer = Peer(
            transport: pipe,
            exposing: CorpusService.router(),
            name: "corpus",
            authentication: authentication.map { PeerAuthentication($0, at: .init(.acceptor, over: .unix)) }
        )
        var replay = Replay(peer: peer, pipe: pipe)
        for line in session.lines { try await replay.play(line.kind, line.tokens) }
        try await replay.receiveInAnyOrder()
        peer.close()
    }

    @Test func thereAreSessions() { #expect(WireSession.all.count > 50) }

    /// A replay of one session, which sends its frames and compares the received ones.
    private struct Replay {
        let peer: Peer
        let pipe: BytePipe
        private var bodies = WireBodies()
        private var output: [UInt8] = []
        private var inAnyOrder: [[Substring]] = []

        init(peer: Peer, pipe: BytePipe) { (self.peer, self.pipe) = (peer, pipe) }

        mutating func play(_ kind: Substring, _ tokens: [Substring]) async throws {
            if kind == "~" { return inAnyOrder.append(tokens) }
            if kind != "<" { try await receiveInAnyOrder() }
            switch kind {
            case "<":
                let body = try await nextBody()
                let isRight = bodies.fit(body, to: tokens)
                #expect(isRight, "\(body.map { String($0, radix: 16) }) is not \(tokens)")
            case ">":
                let body = try #require(bodies.bytes(of: tokens))
                let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
                pipe.deliver(length + body, to: peer)
            case "raw": pipe.deliver(try #require(bodies.bytes(of: tokens)), to: peer)
            default:
                #expect(kind == "close")
                #expect(peer.takeOutput().isEmpty && output.isEmpty)
                #expect(pipe.isClosed)
            }
        }

        mutating func receiveInAnyOrder() async throws {
            while !inAnyOrder.isEmpty {
                let body = try await nextBody()
                var index = 0
                while index < inAnyOrder.count, !bodies.fit(body, to: inAnyOrder[index]) { index += 1 }
                try #require(index < inAnyOrder.count, "\(body.map { String($0, radix: 16) }) is not expected")
                inAnyOrder.remove(at: index)
            }
        }

        /// Waits for the next frame, while handlers run on other threads, and returns it without its length.
        private mutating func nextBody() async throws -> [UInt8] {
            let end = ContinuousClock.now + .seconds(500)
            while true {
                let count = try FrameSplitter.firstFrame(in: output.span, limit: .max)
                if count > 0 {
                    defer { output.removeFirst(count) }
                    return Array(output[FrameSplitter.lengthBytes..<count])
                }
                try #require(ContinuousClock.now < end, "no further frame arrives")
                output += peer.takeOutput().bytes
                await Task.yield()
            }
        }
    }
}

/// Authentication with the secret and the nonce of the wire page.
private struct FixedNonce: Authentication {
    private let secret: SharedSecret

    init() throws { secret = try SharedSecret(0x00...0x1f) }

    func makeNonce() -> [UInt8] { Array(0x80...0x8f) }

    func proof(of statement: [UInt8]) -> [UInt8] { secret.proof(of: statement) }

    func accepts(_ proof: [UInt8], of statement: [UInt8]) -> Bool { secret.accepts(proof, of: statement) }
}
