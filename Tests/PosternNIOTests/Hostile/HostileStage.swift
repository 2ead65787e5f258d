@testable import Postern
import PosternNIO

/// A server that is attacked while another client is served.
struct HostileStage: Sendable {
    let victim: Victim
    let address: Address
    private let bystander: Bystander?
    private let accepted: AsyncStream<Peer>

    /// Waits until the only thread of the server has read all delivered bytes.
    func turn() async throws { try await bystander?.call() }

    /// Runs an attack on a server, and checks that the calls of another client are answered before, during and after
    /// it.
    ///
    /// A server with short timeouts has no other client: on a busy machine it would disconnect that one, too.
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

    /// Connects without sending anything; returns both ends.
    func connect() async throws -> (raw: RawConnection, server: Peer) {
        let raw = try await RawConnection(to: address)
        guard let peer = await accepted.first(where: { _ in true }) else { throw CancellationError() }
        return (raw, peer)
    }

    /// Connects and exchanges hellos; returns both ends.
    func greet(_ hello: Hello = Hello()) async throws -> (raw: RawPeer, server: Peer) {
        let (raw, peer) = try await connect()
        return (try await RawPeer(raw, hello), peer)
    }
}
