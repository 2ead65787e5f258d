@testable import Postern
import PosternTestSupport
import PosternAuth
import PosternNIO
import Testing

@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileAuthenticationTests {
    @Test(
        "A1, A2, A3, A5, M8, M18: a client that is not proven and does not behave is dropped, and nothing runs",
        arguments: attacks,
        [Wiring.tcp, .unix]
    )
    func aMisbehavingClientIsDropped(attack: Attack, wiring: Wiring) async throws {
        try await Stage.attack(wiring) { stage in
            let raw = try await RawConnection(to: stage.address)
            raw.send(attack.bytes)
            try #require(await stage.refusal() == attack.kind)
            let received = String(decoding: await raw.receiveAll(), as: UTF8.self)
            #expect(received.contains("supported versions: 1") == (attack.version != nil))
            #expect(stage.service.runs.value == 0)
            #expect(stage.connected.value == 1)
        }
    }

    @Test(
        "A4, M8: a second proof ends the connection, although the first was right",
        arguments: [Wiring.tcp, .unix]
    )
    func aSecondProofIsDropped(wiring: Wiring) async throws {
        try await Stage.attack(wiring) { stage in
            let raw = try await RawConnection(to: stage.address)
            let session = try await RawSession(raw, wiring)
            raw.send(session.proof + session.proof + RawSession.call)
            let peer = try #require(await stage.letIn())
            #expect(await peer.disconnected.kind == .protocolViolation)
            _ = await raw.receiveAll()
            #expect(stage.service.runs.value == 0)
        }
    }

    @Test(
        "A5: a reply to no call ends the connection, although the proof was right",
        arguments: [Wiring.tcp, .unix]
    )
    func anAnswerOutOfTurnIsDropped(wiring: Wiring) async throws {
        try await Stage.attack(wiring) { stage in
            let raw = try await RawConnection(to: stage.address)
            let session = try await RawSession(raw, wiring)
            raw.send(session.proof + RawSession.reply + RawSession.call)
            let peer = try #require(await stage.letIn())
            #expect(await peer.disconnected.kind == .protocolViolation)
            #expect(stage.service.runs.value == 0)
        }
    }

    @Test("A6: a proof that was recorded is refused on another connection", arguments: [Wiring.tcp, .unix])
    func aReplayedProofIsRefused(wiring: Wiring) async throws {
        try await Stage.attack(wiring) { stage in
            let first = try await RawConnection(to: stage.address)
            let recorded = try await RawSession(first, wiring)
            first.send(recorded.proof)
            _ = try #require(await stage.letIn())
            let second = try await RawConnection(to: stage.address)
            let replayed = try await RawSession(second, wiring)
            #expect(replayed.remoteNonce != recorded.remoteNonce)
            second.send(recorded.proof + RawSession.call)
            try #require(await stage.refusal() == .authenticationFailed)
            let received = await second.receiveAll()
            // Nothing computed from the secret was sent to an unauthenticated peer.
            #expect(!received.containsProof)
            #expect(stage.service.runs.value == 0)
            first.close()
        }
    }

    @Test("A6: a client whose own frames are reflected refuses them", arguments: [Wiring.tcp, .unix])
    func aReflectionIsRefused(wiring: Wiring) async throws {
        try await Stage.attack(wiring) { _ in
            let mirror = try await Crosswire(at: wiring.address) { $0 }
            let client = try await NativeClient.connect(to: mirror.address, exposing: Stuck(), options: Stage.options)
            let error = await #expect(throws: CallError.self) { try await client.call("one") }
            try #require(error?.code == .unauthenticated)
            #expect(await client.disconnected.kind == .authenticationFailed)
            try await mirror.close()
        }
    }

    @Test("A6: two clients that are connected to each other do not authenticate", arguments: [Wiring.tcp, .unix])
    func crossWiredClientsDoNotOpen(wiring: Wiring) async throws {
        try await Stage.attack(wiring) { _ in
            let middle = try await Crosswire(at: wiring.address) { 1 - $0 }
            let clients = [
                try await NativeClient.connect(to: middle.address, exposing: Stuck(), options: Stage.options),
                try await NativeClient.connect(to: middle.address, exposing: Stuck(), options: Stage.options),
            ]
            for client in clients {
                let error = await #expect(throws: CallError.self) { try await client.call("one") }
                try #require(error?.code == .unauthenticated)
                #expect(await client.disconnected.kind == .authenticationFailed)
            }
            try await middle.close()
        }
    }

    @Test("M8: a client that does not authenticate in time is disconnected")
    func aClientThatWaitsTooLongIsDropped() async throws {
        var impatient = Stage.options
        impatient.handshakeTimeout = .seconds(1)
        try await Stage.attack(.tcp, impatient, besideAnother: false) { stage in
            let raw = try await RawConnection(to: stage.address)
            raw.send(RawSession.hello)
            try #require(await stage.refusal() == .timedOut)
            _ = await raw.receiveAll()
        }
    }

    /// An attack: the bytes that a client sends, and the expected end.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var kind = DisconnectReason.Kind.protocolViolation
        var version: UInt8?

        var testDescription: String { name }
    }

    private static let attacks: [Attack] = {
        let hello = RawSession.hello
        let name = [UInt8](repeating: 0x61, count: 1_011)
        return [
            Attack(name: "a call first", bytes: RawSession.call),
            Attack(name: "a call before the proof", bytes: hello + RawSession.call),
            Attack(name: "a reply first", bytes: RawSession.reply),
            Attack(name: "a reply before the proof", bytes: hello + RawSession.reply),
            Attack(name: "an error before the proof", bytes: hello + [0, 0, 0, 7, 0x96, 3, 1, 1, 0xa0, 0, 0xc0]),
            Attack(name: "references before the proof", bytes: hello + [0, 0, 0, 5, 0x93, 16, 0x91, 1, 0x90]),
            Attack(name: "a ping before the proof", bytes: hello + [0, 0, 0, 3, 0x92, 0x0b, 1]),
            Attack(name: "1025 zeros", bytes: [UInt8](repeating: 0, count: 1_025)),
            Attack(name: "1025 letters", bytes: [UInt8](repeating: 0x61, count: 1_025)),
            Attack(name: "1025 bytes of 0xff", bytes: [UInt8](repeating: 0xff, count: 1_025)),
            Attack(
                name: "a hello of 1025 bytes",
                bytes: [0, 0, 4, 1, 0x93, 0, 1, 0x81, 0xa4] + Array("name".utf8) + [0xda, 3, 0xf4] + name + [0x61]
            ),
            Attack(name: "1025 bytes after the hello", bytes: hello + [0, 0, 4, 1] + name),
            Attack(
                name: "a proof of 31 bytes",
                bytes: hello + RawSession.frame(proof: [UInt8](repeating: 1, count: 31))
            ),
            Attack(
                name: "a proof of 33 bytes",
                bytes: hello + RawSession.frame(proof: [UInt8](repeating: 1, count: 33))
            ),
            Attack(name: "a proof first", bytes: RawSession.frame(proof: [UInt8](repeating: 1, count: 32)) + hello),
            Attack(name: "two hellos", bytes: hello + hello),
            Attack(
                name: "a wrong proof, then a call",
                bytes: hello + RawSession.frame(proof: [UInt8](repeating: 1, count: 32)) + RawSession.call,
                kind: .authenticationFailed
            ),
            Attack(
                name: "no nonce, then a call",
                bytes: [0, 0, 0, 4, 0x93, 0, 1, 0x80] + RawSession.call,
                kind: .authenticationFailed
            ),
            Attack(name: "version 2", bytes: [0, 0, 0, 3, 0x92, 0, 2], kind: .versionMismatch, version: 2),
            Attack(name: "version 0", bytes: [0, 0, 0, 3, 0x92, 0, 0], kind: .versionMismatch, version: 0),
            Attack(name: "a hello without a map", bytes: [0, 0, 0, 4, 0x93, 0, 1, 0xc0]),
        ]
    }()
}

/// A server that demands a secret, and the clients that it reports.
private struct Stage {
    enum Outcome {
        case letIn(Peer)
        case refused(DisconnectReason.Kind)
    }

    static let options = {
        var options = ConnectionOptions.patient
        options.authentication = Secrets.right
        return options
    }()

    let service = Stuck()
    let connected = Counter()
    let address: Address
    private let outcomes: AsyncStream<Outcome>
    private let server: NativeServer

    /// Runs an attack on a server, and checks that the calls of another client are answered before, during and after
    /// it, unless the test uses short timeouts.
    static func attack(
        _ wiring: Wiring,
        _ options: ConnectionOptions = options,
        besideAnother hasBystander: Bool = true,
        _ body: (Stage) async throws -> Void
    ) async throws {
        let stage = try await Stage(wiring, options)
        guard hasBystander else {
            try await body(stage)
            return await stage.server.stop()
        }
        let bystander = try await Bystander(at: stage.address, options: Self.options)
        try await bystander.isServed {
            _ = try #require(await stage.letIn())
            try await body(stage)
        }
        bystander.leave()
        await stage.server.stop()
    }

    private init(_ wiring: Wiring, _ options: ConnectionOptions) async throws {
        let (outcomes, signal) = AsyncStream.makeStream(of: Outcome.self)
        server = NativeServer(service, options: options) { [connected] peer in
            connected.increment()
            signal.yield(.letIn(peer))
        } onRefusal: {
            signal.yield(.refused($0.kind))
        }
        address = try await server.start(at: wiring.address)
        self.outcomes = outcomes
    }

    /// Waits for the next client and returns it; `nil` when it was refused.
    func letIn() async -> Peer? {
        guard case .letIn(let peer)? = await outcomes.first(where: { _ in true }) else { return nil }
        return peer
    }

    /// Waits for the next client and returns the reason of its refusal; `nil` when it was accepted.
    func refusal() async -> DisconnectReason.Kind? {
        guard case .refused(let kind)? = await outcomes.first(where: { _ in true }) else { return nil }
        return kind
    }
}

/// The frames of a client that knows the secret and violates the protocol.
private struct RawSession {
    /// A call of `stuck`.
    static let call: [UInt8] = [0, 0, 0, 14, 0x98, 1, 1, 0xa5] + Array("stuck".utf8) + [0xc0, 0, 0, 0xc0, 0xc0]
    /// A reply to call 1, which was never made.
    static let reply: [UInt8] = [0, 0, 0, 4, 0x93, 2, 1, 3]
    private static let nonce = [UInt8](repeating: 3, count: 16)
    static let hello: [UInt8] = {
        var bytes: [UInt8] = []
        FrameWriter.writeHello(Hello(nonce: nonce), into: &bytes)
        return bytes
    }()

    static func frame(proof: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        FrameWriter.writeProof(proof, into: &bytes)
        return bytes
    }

    let remoteNonce: [UInt8]
    /// The frame of the right proof.
    let proof: [UInt8]

    /// Exchanges hellos.
    init(_ raw: RawConnection, _ wiring: Wiring) async throws {
        raw.send(Self.hello)
        let bytes = await raw.receive { FrameSplitter.endOfFrame(at: 0, in: $0.span) != nil }
        var reader = FrameReader()
        guard case .hello(let hello)? = try reader.next(in: bytes.span), let nonce = hello.nonce else {
            throw CancellationError()
        }
        let statement = ProofStatement.bytes(
            prover: .initiator,
            initiatorNonce: Self.nonce,
            acceptorNonce: nonce,
            medium: wiring == .unix ? .unix : .tcp
        )
        remoteNonce = nonce
        proof = Self.frame(proof: try #require(Secrets.right).proof(of: statement))
    }
}

extension [UInt8] {
    /// Whether the bytes contain the beginning of a proof frame.
    fileprivate var containsProof: Bool { contains([0, 0, 0, 36, 0x92, 14, 0xc4, 32]) }
}
