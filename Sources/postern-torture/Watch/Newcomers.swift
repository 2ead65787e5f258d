import NIOCore
import Synchronization

/// Clients that connect during an attack, one at a time, each for one request.
final class Newcomers: Sendable {
    private static let interval = Duration.milliseconds(200)
    private static let patience = Duration.seconds(3)

    private let address: SocketAddress
    private let counts = Mutex((served: 0, refused: 0))

    init(_ address: SocketAddress) { self.address = address }

    /// Connects until the task is cancelled.
    @concurrent
    func run() async {
        while !Task.isCancelled {
            let isServed = await isServed()
            // What is cut by the end of the attack does not count.
            guard !Task.isCancelled else { return }
            counts.withLock { counts in
                if isServed { counts.served += 1 } else { counts.refused += 1 }
            }
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// The numbers of clients that were served, and of those that were not within three seconds.
    var current: (served: Int, refused: Int) { counts.withLock { $0 } }

    private func isServed() async -> Bool {
        guard let connection = try? await RawConnection.open(to: address) else { return false }
        connection.send(RequestText.get("/livez", "Connection: close"))
        let answer = await connection.take(within: Self.patience, HTTPAnswer.parse)
        await connection.close()
        return answer?.status == 200
    }
}
