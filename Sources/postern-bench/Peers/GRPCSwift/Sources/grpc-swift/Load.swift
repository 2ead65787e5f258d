import GRPCCore
import Synchronization

/// Repeats calls, or reads endless streams, and counts them.
final class Load<Transport: ClientTransport>: Sendable {
    enum Kind: String {
        case unary, stream
    }

    private let client: GRPCClient<Transport>
    private let done = Atomic(0)

    init(_ client: GRPCClient<Transport>) { self.client = client }

    /// The number of calls or items.
    var count: Int { done.load(ordering: .relaxed) }

    /// Runs until an error.
    func run(_ kind: Kind, inFlight: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<inFlight {
                group.addTask { try await kind == .unary ? self.callAgainAndAgain() : self.readStream() }
            }
            try await group.waitForAll()
        }
    }

    private func callAgainAndAgain() async throws {
        while true {
            let sum = try await client.unary(
                request: ClientRequest(message: Numbers(a: 1, b: 2)),
                descriptor: Calculator.add,
                serializer: NumbersCodec(),
                deserializer: SumCodec(),
                options: .defaults
            ) { (response: ClientResponse<Sum>) in try response.message.value }
            guard sum == 3 else { throw RPCError(code: .internalError, message: "\(sum) is not 3") }
            done.add(1, ordering: .relaxed)
        }
    }

    private func readStream() async throws {
        try await client.serverStreaming(
            request: ClientRequest(message: Numbers(a: 1 << 40)),
            descriptor: Calculator.count,
            serializer: NumbersCodec(),
            deserializer: SumCodec(),
            options: .defaults
        ) { (response: StreamingClientResponse<Sum>) in
            for try await _ in response.messages { self.done.add(1, ordering: .relaxed) }
        }
    }
}
