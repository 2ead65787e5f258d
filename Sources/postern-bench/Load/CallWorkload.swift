import NIOCore
import PosternMeasuring

/// Calls `add` with a fixed number of calls in flight; each response triggers the next call.
final class CallWorkload: Workload {
    private let requests: [ByteBuffer]
    private var sent: [NIODeadline]
    private let counters: LoadCounters
    private static let id = Array("\"id\":".utf8)
    private static let result = Array("\"result\":".utf8)

    init(depth: Int, _ counters: LoadCounters) {
        requests = (0..<depth).map {
            RawWebSocket.frame("{\"jsonrpc\":\"2.0\",\"id\":\($0),\"method\":\"add\",\"params\":[1,2]}")
        }
        sent = Array(repeating: .now(), count: depth)
        self.counters = counters
    }

    func opened(_ socket: RawWebSocket) { for slot in requests.indices { send(slot, on: socket) } }

    // Searches the bytes instead of decoding JSON, so that the load generator is not what is measured.
    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {
        guard let slot = message.number(after: Self.id), requests.indices.contains(slot) else { return }
        guard message.number(after: Self.result) == 3 else { return }
        counters.times.record(nanoseconds: (.now() - sent[slot]).nanoseconds)
        send(slot, on: socket)
    }

    private func send(_ slot: Int, on socket: RawWebSocket) {
        sent[slot] = .now()
        socket.send(requests[slot])
    }
}
