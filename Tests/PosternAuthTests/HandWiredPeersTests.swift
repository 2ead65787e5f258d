import PosternTestSupport
import Postern
import PosternAuth
import Testing

/// Tests of authentication between two peers whose frames are passed by hand.
struct HandWiredPeersTests {
    @Test("Both ends open if role, medium and secret match")
    func matchingEndsOpen() throws {
        let (first, second) = try pair(.init(.initiator, over: .tcp), .init(.acceptor, over: .tcp))
        carry(first, second)
        #expect(first.isHandshakeDone && first.isConnected)
        #expect(second.isHandshakeDone && second.isConnected)
    }

    @Test("A6: proofs forwarded to another medium are refused")
    func anotherMediumDoesNotOpen() async throws {
        let (first, second) = try pair(.init(.initiator, over: .tcp), .init(.acceptor, over: .unix))
        carry(first, second)
        try #require(!first.isConnected && !second.isConnected)
        #expect(await first.disconnected.kind == .authenticationFailed)
        #expect(await second.disconnected.kind == .authenticationFailed)
    }

    @Test("A6: two initiators refuse each other")
    func twoInitiatorsRefuseEachOther() async throws {
        let (first, second) = try pair(.init(.initiator, over: .tcp), .init(.initiator, over: .tcp))
        carry(first, second)
        try #require(!first.isConnected && !second.isConnected)
        #expect(await first.disconnected.kind == .authenticationFailed)
        #expect(await second.disconnected.kind == .authenticationFailed)
    }

    @Test("Two acceptors exchange no proofs of the secret")
    func twoAcceptorsStaySilent() throws {
        let (first, second) = try pair(.init(.acceptor, over: .tcp), .init(.acceptor, over: .tcp))
        carry(first, second)
        #expect(!first.isHandshakeDone && !second.isHandshakeDone)
        #expect(first.takeOutput().isEmpty && second.takeOutput().isEmpty)
    }

    private func pair(_ first: ConnectionEnd, _ second: ConnectionEnd) throws -> (Peer, Peer) {
        let secret = try SharedSecret("the secret of both ends".utf8)
        let peers = [first, second].map { end in
            Peer(transport: IdleTransport(), authentication: PeerAuthentication(secret, at: end))
        }
        return (peers[0], peers[1])
    }

    /// Passes frames in both directions until neither peer has any.
    private func carry(_ first: Peer, _ second: Peer) {
        for _ in 0..<8 {
            for (sender, receiver) in [(first, second), (second, first)] {
                let frames = sender.takeOutput().bytes
                if !frames.isEmpty { receiver.receive(frames) }
            }
        }
    }
}
