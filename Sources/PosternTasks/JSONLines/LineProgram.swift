import Postern
import PosternJSONRPC
import Synchronization

/// The dispatcher that sends calls to a program.
final class LineProgram: Dispatcher {
    let client: JSONRPCClient
    let observer: (any IncidentObserver)?
    /// The number of bytes that the program has not read.
    ///
    /// Written on the event loop and read by callers on any thread. It is a limit only, so a slightly old value does no
    /// harm and relaxed ordering is enough.
    private let waitingBytes = Atomic(0)
    private let limit: Int

    init(_ client: JSONRPCClient, limit: Int, observer: (any IncidentObserver)?) {
        self.client = client
        self.limit = limit
        self.observer = observer
    }

    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        do throws(CallError) {
            guard waitingBytes.load(ordering: .relaxed) <= limit else {
                throw CallError(.busy, "Too much waits to be sent to the program", ran: .no)
            }
            return try await client.send(call)
        } catch {
            if call.isNotification {
                observer?.observe(Incident(.notificationDropped, cause: error.message, [.method: call.method]))
            }
            throw error
        }
    }

    /// All calls start on the event loop, as each of them only enqueues a message and suspends.
    func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    /// Sets the number of bytes that the program has not read.
    func noteWaiting(_ bytes: Int) { waitingBytes.store(bytes, ordering: .relaxed) }
}
