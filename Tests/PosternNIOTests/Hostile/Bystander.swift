import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// A well-behaved client, beside a hostile one.
struct Bystander: Sendable {
    private let peer: Peer

    /// Connects to a server that has a method `one`.
    init(at address: Address, options: ConnectionOptions = .patient) async throws {
        peer = try await NativeClient.connect(to: address, options: options)
    }

    /// Checks that its calls are answered before, during and after a function.
    func isServed<Result>(while body: () async throws -> Result) async throws -> Result {
        try await call()
        let isOver = Counter()
        let pulse = Task {
            while isOver.value == 0 {
                try await call()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        defer { isOver.increment() }
        let result = try await body()
        isOver.increment()
        try await pulse.value
        try await call()
        return result
    }

    func leave() { peer.close() }

    /// Makes one call and checks its result.
    func call() async throws {
        let one: Int = try await peer.call("one", timeout: .seconds(500))
        #expect(one == 1)
    }
}
