@testable import Postern
import PosternNIO

/// A server that somebody without manners connects to, while another client is served.
struct HostileStage: Sendable {
    let victim: Victim
    let address: Address
    private let bystander: Bystander?
    private let accepted: AsyncStream<Peer>

    /// Lets the only thread of the server read all that has been delivered to it.
    func turn() async throws { try await bystander?.call() }

    /// Runs an attack on a server; before, during and after it the calls of another client are answered.
    ///
    /// A server that closes connections by its clock has no other client: on a busy machine it would close that one, too.
    static func attack(
        _ wiring: Wiring,
        _ options: ConnectionOptions = .patient,
        besideAnother hasBystander: Bool = true,
        _ body: (HostileStage) async throws -> Void
    ) async throws {
        let victim = Victim()
        let (accepted, signal) = AsyncStream.makeStream(of: Peer.self)
        let server = NativeServer(victim.router, options: options) { signal.yield($0) }
        let address = try await server.start(at: wiring.address)
        let bystander = hasBystander ? try await Bystander(at: address) : nil
        if bystander != nil { _ = await accepted.first { _ in true } }
        let stage = HostileStage(victim: victim, address: address, bystander: bystander, accepted: accepted)
        if let bystander {
            try await bystander.isServed { try await body(stage) }
            bystander.leave()
        } else {
            try await body(stage)
        }
        await server.stop()
    }

    /// Connects without a word; gives both ends.
    func connect() async throws -> (raw: RawConnection, server: Peer) {
        let raw = try await RawConnection(to: address)
        guard let peer = await accepted.first(where: { _ in true }) else { throw CancellationError() }
        return (raw, peer)
    }

    /// Connects and exchanges hellos; gives both ends.
    func greet(_ hello: Hello = Hello()) async throws -> (raw: RawPeer, server: Peer) {
        let (raw, peer) = try await connect()
        return (try await RawPeer(raw, hello), peer)
    }
}
