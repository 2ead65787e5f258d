import CLibWebSockets

/// The owner of one libwebsockets context, which reads and writes frames for the WebSockets of an event loop.
///
/// The context has no listening socket. Connections are added by ``adopt(descriptor:handshake:as:)`` after their
/// handshake has been validated. All members must be used on the loop's thread.
@safe
final class WebSocketContext {
    /// The maximum number of bytes that one system call reads.
    ///
    /// A turn of the loop reads once from each connection, so a flood of short messages on one delays the others by the
    /// time that this many bytes take.
    static let readBytes = 16_384
    /// The maximum number of bytes that one system call sends.
    static let writeBytes = 4 << 20

    /// The settings of a context, which cannot be changed later.
    struct Traits: Equatable {
        /// The subprotocol that is confirmed if a client offers it.
        let subprotocol: String
        /// The size of the context's tables; descriptors must be smaller.
        let descriptors: Int
    }

    let traits: Traits
    private let host: OpaquePointer
    private var isClosed = false
    private let resources: ContextResources
    private var sockets = SlotTable<WebSocket>()
    /// The WebSocket that is being adopted, and its slot.
    private var arriving: WebSocket?
    private var arrivingSlot = SlotID()

    /// Creates a context on a loop; `nil` if the libuv plug-in of libwebsockets is not installed, or the tables cannot
    /// be allocated.
    init?(_ traits: Traits, on loop: LoopStorage) {
        let resources = unsafe ContextResources(loop: loop.pointer, subprotocol: traits.subprotocol)
        // The log repeats the callbacks, and reports each adopted connection as an error.
        lws_set_log_level(0, nil)
        var info = unsafe lws_context_creation_info()
        unsafe info.port = CONTEXT_PORT_NO_LISTEN_SERVER
        unsafe info.options =
            UInt64(LWS_SERVER_OPTION_LIBUV) | UInt64(LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN)
        unsafe info.pt_serv_buf_size = UInt32(Self.readBytes)
        // -1 keeps libwebsockets from changing the user and the group of the process.
        unsafe info.gid = -1
        unsafe info.uid = -1
        unsafe info.protocols = UnsafePointer(resources.protocols)
        unsafe info.foreign_loops = resources.loops
        unsafe info.retry_and_idle_policy = UnsafePointer(resources.retry)
        unsafe info.user = Unmanaged.passUnretained(resources).toOpaque()
        let created = DescriptorTable.with(size: traits.descriptors) {
            unsafe Int(bitPattern: lws_create_context(&info))
        }
        guard let created, let raw = unsafe OpaquePointer(bitPattern: created) else { return nil }
        guard let host = unsafe lws_get_vhost_by_name(raw, "default") else {
            unsafe lws_context_destroy(raw)
            return nil
        }
        self.traits = traits
        unsafe self.host = host
        self.resources = resources
        resources.context = self
    }

    /// Transfers a connected descriptor to libwebsockets, which responds to the handshake.
    ///
    /// The descriptor is owned by libwebsockets from then on, even if the handshake fails.
    ///
    /// - Parameters:
    ///   - descriptor: The descriptor of the connection.
    ///   - handshake: The canonical handshake, followed by the bytes that arrived behind it.
    ///   - socket: The WebSocket for the connection.
    /// - Returns: Whether the WebSocket is open.
    func adopt(descriptor: Int32, handshake: [UInt8], as socket: WebSocket) -> Bool {
        guard !isClosed else {
            Socket.close(descriptor)
            return false
        }
        let slot = sockets.insert(socket)
        arriving = socket
        arrivingSlot = slot
        _ = unsafe handshake.withUnsafeBytes { bytes in
            unsafe lws_adopt_socket_vhost_readbuf(
                host,
                descriptor,
                bytes.bindMemory(to: CChar.self).baseAddress,
                bytes.count
            )
        }
        arriving = nil
        // The callback for the close removes a socket that was opened, even if its handler, or a message that came with
        // the handshake, has already begun to close it. Without `ESTABLISHED` there is no such callback.
        if !socket.wasOpened { sockets.remove(slot) }
        return socket.isOpen
    }
    /// The open WebSockets.
    var openSockets: [WebSocket] { sockets.elements }
    /// The number of open WebSockets.
    var count: Int { sockets.count }

    /// Handles a callback of libwebsockets.
    ///
    /// - Returns: 0 to continue; another value closes the connection.
    func handle(
        _ reason: lws_callback_reasons,
        of connection: OpaquePointer,
        session: UnsafeMutableRawPointer?,
        bytes: UnsafeRawBufferPointer
    ) -> Int32 {
        switch reason {
        case LWS_CALLBACK_RECEIVE:
            guard let socket = unsafe socket(in: session) else { return -1 }
            let isFirst = unsafe lws_is_first_fragment(connection) != 0
            let isFinal = unsafe lws_is_final_fragment(connection) != 0
            let piece = unsafe MessagePiece(
                isFirst: isFirst,
                isFinal: isFinal,
                isBinary: isFirst && lws_frame_is_binary(connection) != 0,
                remaining: Int(clamping: lws_remaining_packet_payload(connection))
            )
            return unsafe socket.receive(bytes.bindMemory(to: UInt8.self).span, piece) ? 0 : -1
        case LWS_CALLBACK_SERVER_WRITEABLE:
            guard let socket = unsafe socket(in: session) else { return -1 }
            socket.becameWritable()
        case LWS_CALLBACK_RECEIVE_PONG:
            unsafe socket(in: session)?.receivePong()
        case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
            // 1 keeps libwebsockets from echoing the frame: it confirms a close frame that this side has sent.
            guard let socket = unsafe socket(in: session) else { return -1 }
            return unsafe socket.receiveClose(bytes.bindMemory(to: UInt8.self).span) ? 0 : 1
        case LWS_CALLBACK_ESTABLISHED:
            guard let socket = arriving, let session = unsafe session else { return -1 }
            unsafe session.storeBytes(of: arrivingSlot, as: SlotID.self)
            unsafe socket.opened(connection)
        case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
            unsafe socket(in: session)?.isBeingClosed()
        case LWS_CALLBACK_CLOSED:
            guard let session = unsafe session else { return 0 }
            let slot = unsafe session.load(as: SlotID.self)
            let socket = sockets[slot]
            sockets.remove(slot)
            socket?.closed()
        case LWS_CALLBACK_HTTP, LWS_CALLBACK_RAW_ADOPT, LWS_CALLBACK_RAW_RX:
            // Adopted connections are upgrades; no other protocol is served.
            return -1
        default: break
        }
        return 0
    }

    private func socket(in session: UnsafeMutableRawPointer?) -> WebSocket? {
        guard let session = unsafe session else { return nil }
        return sockets[unsafe session.load(as: SlotID.self)]
    }

    /// Closes every WebSocket, and rejects new ones until ``open()``; the loop must run some more turns.
    func close() {
        isClosed = true
        for socket in openSockets { socket.kill() }
    }

    /// Accepts new WebSockets again, for the next loop.
    func open() { isClosed = false }
}

/// The position of a piece within its message.
struct MessagePiece {
    let isFirst: Bool
    let isFinal: Bool
    let isBinary: Bool
    /// The number of bytes of the same frame that have not arrived.
    let remaining: Int
}
