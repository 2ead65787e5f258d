import Postern
import Testing

/// Whether errors that no handler has thrown state that a handler ran; `ExecutedTests.swift` has the other cases.
@Suite(.timeLimit(.minutes(10)))
struct ExecutedNativelyTests {
    private static func makeRouter() -> Router {
        let router = Router()
        router.root.registerStream("ticks") { AsyncStream<Int> { $0.yield(1) } }
        router.root.registerStream("broken") {
            AsyncThrowingStream<Int, any Error> { stream in
                stream.yield(1)
                stream.finish(throwing: CallError(.busy, "No place", executed: .no))
            }
        }
        return router
    }

    /// Returns the error that ends a stream after its first item.
    private func end(of method: String, after action: (Peer, Peer) async -> Void) async throws -> CallError? {
        let (near, far) = InProcessTransport.pair(NothingExposed(), Self.makeRouter())
        var items = try await near.stream(method, of: Int.self).makeAsyncIterator()
        #expect(try await items.next() == 1)
        await action(near, far)
        defer { near.close() }
        do throws(CallError) { _ = try await items.next() } catch { return error }
        return nil
    }

    @Test func aStreamThatADrainEndsWasOpen() async throws {
        let error = try await end(of: "ticks") { _, far in await far.drain(grace: .seconds(60)) }
        #expect(error?.code == .draining)
        #expect(error?.executed == .yes)
    }

    @Test func aStreamWhoseConnectionEndsWasOpen() async throws {
        let error = try await end(of: "ticks") { _, far in far.close() }
        #expect(error?.code == .unavailable)
        #expect(error?.executed == .yes)
    }

    @Test func aStreamThatFailsWasOpenWhateverItsHandlerSays() async throws {
        let error = try await end(of: "broken") { _, _ in }
        #expect(error?.code == .busy)
        #expect(error?.executed == .yes)
    }
}
