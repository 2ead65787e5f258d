import Postern
import PosternAuth
import PosternNIO

/// The secrets of the tests.
enum Secrets {
    static let right = secret("the right secret of the tests")
    static let wrong = secret("the wrong secret of the tests")

    private static func secret(_ text: String) -> SharedSecret? { try? SharedSecret(text.utf8) }
}

/// The two ends of a connection, each with a secret or without, and what their programs observe.
struct Ends: Sendable {
    let client: Peer
    /// The clients that were accepted.
    let accepted: AsyncStream<Peer>
    /// The reasons why clients were refused.
    let refused: AsyncStream<DisconnectReason>
    let listener: NativeServer?

    static func make(
        _ wiring: Wiring,
        serving dispatcher: any Dispatcher,
        client: SharedSecret?,
        server: SharedSecret?,
        exposing clientDispatcher: any Dispatcher = NothingExposed()
    ) async throws -> Ends {
        let (accepted, accept) = AsyncStream.makeStream(of: Peer.self)
        let (refused, refuse) = AsyncStream.makeStream(of: DisconnectReason.self)
        guard wiring != .memory else {
            let pair = InProcessTransport.pair(
                clientDispatcher,
                dispatcher,
                limits: ConnectionOptions.patient.limits,
                authentication: (client, server)
            )
            pair.second.onDisconnect { refuse.yield($0) }
            accept.yield(pair.second)
            return Ends(client: pair.first, accepted: accepted, refused: refused, listener: nil)
        }
        var options = ConnectionOptions.patient
        options.authentication = server
        let listener = NativeServer(dispatcher, options: options) { peer in
            accept.yield(peer)
            // A server without a secret accepts every client, also one that fails to authenticate the server.
            if server == nil { peer.onDisconnect { refuse.yield($0) } }
        } onRefusal: {
            refuse.yield($0)
        }
        let address = try await listener.start(at: wiring.address)
        options.authentication = client
        let peer = try await NativeClient.connect(to: address, exposing: clientDispatcher, options: options)
        return Ends(client: peer, accepted: accepted, refused: refused, listener: listener)
    }

    /// Closes both ends.
    func close() async {
        client.close()
        await listener?.stop()
    }
}
