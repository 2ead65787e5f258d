import Postern
import PosternJSONRPC
import Synchronization

/// The dispatcher that sends calls to a program.
final class LineProgram: Dispatcher {
    let client: JSONRPCClient
    let observer: (any IncidentObserver)?
    /// Bytes that wait until the program reads.
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

    /// Calls start on the thread that delivers them: each only queues a message and waits.
    func execution(of path: Span<UInt8>) -> MethodExecution { .onEventLoop }

    /// Notes how much waits.
    func noteWaiting(_ bytes: Int) { waitingBytes.store(bytes, ordering: .relaxed) }
}
