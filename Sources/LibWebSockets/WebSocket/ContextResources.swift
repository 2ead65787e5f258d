import CLibWebSockets
import Glibc

/// Owns the C strings and arrays that a libwebsockets context reads for as long as it lives.
@safe
final class ContextResources {
    let protocols: UnsafeMutablePointer<lws_protocols>
    let loops: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    let retry: UnsafeMutablePointer<lws_retry_bo_t>
    private let name: UnsafeMutablePointer<CChar>?
    /// The context that callbacks are for; both stay as long as libwebsockets has them.
    var context: WebSocketContext?

    /// Makes them for a context on a loop, which echoes one subprotocol when a client offers it.
    init(loop: UnsafeMutablePointer<uv_loop_t>, subprotocol: String) {
        unsafe name = strdup(subprotocol)
        // One entry, and the empty one that ends the list.
        unsafe protocols = .allocate(capacity: 2)
        unsafe protocols.initialize(repeating: lws_protocols(), count: 2)
        unsafe protocols[0].name = UnsafePointer(name)
        unsafe protocols[0].callback = { connection, reason, session, bytes, count in
            guard let connection = unsafe connection, let raw = unsafe lws_get_context(connection),
                let user = unsafe lws_context_user(raw)
            else { return 0 }
            // Nothing is counted on the way: the context outlives its callbacks.
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
        // All zero: libwebsockets keeps no timers of its own for a connection; pings are ours.
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
