import CLibWebSockets
import Glibc

/// The owner of the C strings and arrays that a libwebsockets context uses during its lifetime.
@safe
final class ContextResources {
    let protocols: UnsafeMutablePointer<lws_protocols>
    let loops: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    let retry: UnsafeMutablePointer<lws_retry_bo_t>
    private let name: UnsafeMutablePointer<CChar>?
    /// The receiver of the callbacks; both objects outlive the libwebsockets context.
    var context: WebSocketContext?

    /// Creates the resources of a context on a loop, which confirms one subprotocol if a client offers it.
    init(loop: UnsafeMutablePointer<uv_loop_t>, subprotocol: String) {
        unsafe name = strdup(subprotocol)
        // One entry, and the zeroed entry that terminates the list.
        unsafe protocols = .allocate(capacity: 2)
        unsafe protocols.initialize(repeating: lws_protocols(), count: 2)
        unsafe protocols[0].name = UnsafePointer(name)
        unsafe protocols[0].callback = { connection, reason, session, bytes, count in
            guard let connection = unsafe connection, let raw = unsafe lws_get_context(connection),
                let user = unsafe lws_context_user(raw)
            else { return 0 }
            // No retain is needed: the context outlives its callbacks. They run for every message, so it would cost.
            return unsafe Unmanaged<ContextResources>.fromOpaque(user)._withUnsafeGuaranteedRef { resources in
                guard let context = resources.context else { return 0 }
                return unsafe context.handle(
                    reason,
                    of: connection,
                    session: session,
                    bytes: UnsafeRawBufferPointer(start: bytes, count: count)
                )
            }
        }
        unsafe protocols[0].per_session_data_size = MemoryLayout<SlotID>.size
        unsafe protocols[0].rx_buffer_size = WebSocketContext.readBytes
        unsafe protocols[0].tx_packet_size = WebSocketContext.writeBytes
        unsafe loops = .allocate(capacity: 1)
        unsafe loops.initialize(to: UnsafeMutableRawPointer(loop))
        // Zero disables the timers of libwebsockets for each connection; `WebSocket.checkTime` sends the pings.
        unsafe retry = .allocate(capacity: 1)
        unsafe retry.initialize(to: lws_retry_bo_t())
    }

    deinit {
        unsafe protocols.deallocate()
        unsafe loops.deallocate()
        unsafe retry.deallocate()
        unsafe free(name)
    }
}
