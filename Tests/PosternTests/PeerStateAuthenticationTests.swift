@testable import Postern
import Testing

struct PeerStateAuthenticationTests {
    @Test
    func theInitiatorProvesItselfAfterTheHelloAndOpensAfterTheAcceptorsProof() throws {
        var session = PeerSession(authenticatingAs: .initiator)
        #expect(session.hello().words == "prove")
        session.state.prove(proof)
        #expect(try session.sent() == [.proof(8..<40)])
        #expect(session.state.phase == .authenticating)
        #expect(session.proof(proof).words == "check a proof")
        #expect(session.state.judge(isProven: true).words == "none")
        #expect(session.state.phase == .open)
    }

    @Test
    func theAcceptorSendsNoProofBeforeTheInitiatorIsProven() throws {
        var session = PeerSession(authenticatingAs: .acceptor)
        #expect(session.hello().words == "none")
        #expect(try session.sent().isEmpty)
        #expect(session.proof(proof).words == "check a proof")
        #expect(try session.sent().isEmpty)
        #expect(session.state.judge(isProven: true).words == "prove")
        session.state.prove(proof)
        #expect(session.state.phase == .open)
        #expect(try session.sent() == [.proof(8..<40)])
    }

    @Test("A6: the statement of a proof depends on role, nonces and medium")
    func statementsDifferInRoleNoncesAndMedium() throws {
        var initiator = AuthenticationExchange(ConnectionEnd(.initiator, over: .tcp), nonce: nonce(1))
        var acceptor = AuthenticationExchange(ConnectionEnd(.acceptor, over: .tcp), nonce: nonce(2))
        let proven = try initiator.begin(remoteNonce: nonce(2))
        #expect(try acceptor.begin(remoteNonce: nonce(1)) == nil)
        #expect(try acceptor.receiveProof(ofLength: 32) == proven)
        #expect(try initiator.receiveProof(ofLength: 32) == acceptor.ownStatement)
        var statements: Set<[UInt8]> = []
        for role in [ConnectionEnd.Role.initiator, .acceptor] {
            for medium in [ConnectionEnd.Medium.tcp, .unix, .memory] {
                for (first, second) in [(nonce(1), nonce(2)), (nonce(2), nonce(1)), (nonce(1), nonce(1))] {
                    statements.insert(
                        ProofStatement.bytes(
                            prover: role,
                            initiatorNonce: first,
                            acceptorNonce: second,
                            medium: medium
                        )
                    )
                }
            }
        }
        #expect(statements.count == 18)
    }

    @Test("A1: before the proof only a proof or a goodbye is accepted", arguments: [true, false])
    func anyOtherFrameBeforeTheProofIsAViolation(isGreeted: Bool) {
        let frames: [(inout [UInt8]) -> Void] = [
            { Wire.call(1, into: &$0) }, { Wire.answer(.reply, 1, into: &$0) }, { Wire.stream(1, into: &$0) },
            { FrameWriter.writeNumbers(.ping, 1, into: &$0) }, { FrameWriter.writeNumbers(.pong, 1, into: &$0) },
            { FrameWriter.writeNumbers(.cancel, 1, into: &$0) }, { Wire.item(1, into: &$0) },
        ]
        for role in [ConnectionEnd.Role.initiator, .acceptor] {
            for frame in frames {
                var session = PeerSession(authenticatingAs: role)
                if isGreeted { _ = session.hello() }
                #expect(session.receive(frame).words == "disconnect: protocol violation")
            }
        }
    }

    @Test("A3: a proof of another size, out of turn or twice is a violation")
    func aProofOutOfPlaceIsAViolation() {
        let violation = "disconnect: protocol violation"
        for count in [0, 31, 33, 64] {
            var session = PeerSession(authenticatingAs: .acceptor)
            _ = session.hello()
            #expect(session.proof([UInt8](repeating: 1, count: count)).words == violation)
        }
        var early = PeerSession(authenticatingAs: .acceptor)
        #expect(early.proof(proof).words == violation)
        var twice = PeerSession(authenticatingAs: .acceptor)
        _ = twice.hello()
        _ = twice.proof(proof)
        #expect(twice.proof(proof).words == violation)
        _ = twice.state.judge(isProven: true)
        twice.state.prove(proof)
        #expect(twice.proof(proof).words == violation)
        var unasked = PeerSession()
        #expect(unasked.proof(proof).words == violation)
        var second = PeerSession(authenticatingAs: .acceptor)
        _ = second.hello()
        #expect(second.hello().words == violation)
    }

    @Test(arguments: [0, 15, 17, 32])
    func aNonceOfAnotherSizeIsAViolation(count: Int) {
        var session = PeerSession(authenticatingAs: .acceptor)
        let hello = Hello(nonce: [UInt8](repeating: 2, count: count))
        #expect(
            session.receive { FrameWriter.writeHello(hello, into: &$0) }.words == "disconnect: protocol violation"
        )
    }

    @Test("A secret on one side only is reported to both")
    func oneSideWithoutASecretIsAFailure() throws {
        var with = PeerSession(authenticatingAs: .initiator)
        var without = PeerSession(greeted: false)
        for action in [
            with.receive { FrameWriter.writeHello(Hello(), into: &$0) },
            without.receive { FrameWriter.writeHello(Hello(nonce: nonce(2)), into: &$0) },
        ] {
            guard case .disconnect(let reason) = action else { throw CancellationError() }
            #expect(reason.kind == .authenticationFailed)
            #expect(reason.message.contains("demands a shared secret"))
        }
    }

    @Test("A wrong proof fails early calls with .unauthenticated, not executed, and sends goodbye 5")
    func aWrongProofFails() throws {
        var session = PeerSession(authenticatingAs: .acceptor)
        _ = try session.call("a")
        _ = session.hello()
        _ = session.proof(proof)
        guard case .disconnect(let reason) = session.state.judge(isProven: false) else { throw CancellationError() }
        #expect(reason.kind == .authenticationFailed)
        let remains = session.state.close(reason)
        #expect(remains?.unsent == ["a"] && remains?.waiters == [])
        let sent = try session.sent()
        guard sent.count == 1, case .goodbye(code: 5, _) = sent[0] else { throw CancellationError() }
        let error = #expect(throws: CallError.self) { try session.call("b") }
        #expect(error?.code == .unauthenticated)
        #expect(error?.executed == .no)
    }

    @Test
    func aGoodbyeBeforeTheEndOfTheAuthenticationEndsTheConnection() throws {
        var session = PeerSession(authenticatingAs: .initiator)
        _ = session.hello()
        let action = session.receive { FrameWriter.writeGoodbye(code: 5, "wrong", limit: .max, into: &$0) }
        #expect(action.words == "disconnect: authentication failed")
    }

    @Test("Early calls and a goodbye wait for the end of the authentication, and are sent in order")
    func earlyFramesWaitForTheProofs() throws {
        var session = PeerSession(authenticatingAs: .acceptor)
        _ = try session.call("a")
        _ = session.hello()
        _ = try session.call("b")
        _ = session.state.beginDraining("stopping")
        #expect(try session.sent().isEmpty)
        _ = session.proof(proof)
        _ = session.state.judge(isProven: true)
        session.state.prove(proof)
        session.sendWaiting()
        let kinds = try session.sent().map { frame in
            switch frame {
            case .proof: "proof"
            case .call(let call): "call \(call.id)"
            case .goodbye: "goodbye"
            default: "other"
            }
        }
        #expect(kinds == ["proof", "goodbye", "call 1", "call 2"])
    }

    @Test("M8: the maximum frame size grows only after both peers have authenticated")
    func framesAreSmallUntilTheEnd() {
        var session = PeerSession(authenticatingAs: .acceptor)
        #expect(session.state.frameLimit == 1 << 10)
        _ = session.hello()
        #expect(session.state.frameLimit == 1 << 10)
        _ = session.proof(proof)
        _ = session.state.judge(isProven: true)
        session.state.prove(proof)
        #expect(session.state.frameLimit == 16 << 20)
        #expect(PeerSession(greeted: false).state.frameLimit == 16 << 10)
    }

    private let proof = [UInt8](repeating: 9, count: AuthenticationExchange.proofBytes)

    private func nonce(_ byte: UInt8) -> [UInt8] {
        [UInt8](repeating: byte, count: AuthenticationExchange.nonceBytes)
    }
}

extension PeerSession {
    fileprivate mutating func hello() -> Action {
        let nonce = [UInt8](repeating: 2, count: AuthenticationExchange.nonceBytes)
        return receive { FrameWriter.writeHello(Hello(nonce: nonce), into: &$0) }
    }

    fileprivate mutating func proof(_ bytes: [UInt8]) -> Action {
        receive { FrameWriter.writeProof(bytes, into: &$0) }
    }
}
