import CLibWebSockets

/// Owns one libwebsockets context on an event loop: reads frames for the WebSockets of that loop.
///
/// The context listens nowhere. A connection comes to it with its handshake already checked, by
/// ``adopt(descriptor:handshake:as:)``. All members belong to the loop's thread.
@safe
final class WebSocketContext {
    /// Bytes read from a connection at a time.
    static let readBytes = 65_536
    /// Bytes sent by one system call at most.
    static let writeBytes = 4 << 20

    /// What a context is made for.
    struct Traits: Equatable {
        /// The subprotocol that is echoed when a client offers it.
        let subprotocol: String
        /// Descriptors from this number on cannot be adopted.
        let descriptors: Int
    }

    let traits: Traits
    private let host: OpaquePointer
    private var isClosed = false
    private let resources: ContextResources
    private var sockets = SlotTable<WebSocket>()
    private var arriving: WebSocket?

    /// Makes the context on a loop; `nil` when libwebsockets or its libuv plug-in is not there, or its tables
    /// cannot be made large enough.
    init?(_ traits: Traits, on loop: LoopStorage) {
        let resources = unsafe ContextResources(loop: loop.pointer, subprotocol: traits.subprotocol)
        // Its messages repeat what callbacks tell, and it logs each adopted connection as an error.
        lws_set_log_level(0, nil)
        var info = unsafe lws_context_creation_info()
        unsafe info.port = CONTEXT_PORT_NO_LISTEN_SERVER
        unsafe info.options =
            UInt64(LWS_SERVER_OPTION_LIBUV) | UInt64(LWS_SERVER_OPTION_UV_NO_SIGSEGV_SIGFPE_SPIN)
        unsafe info.pt_serv_buf_size = UInt32(Self.readBytes)
        unsafe info.gid = -1
        unsafe info.uid = -1
        unsafe info.protocols = UnsafePointer(resources.protocols)
        unsafe info.foreign_loops = resources.loops
        unsafe info.retry_and_idle_policy = UnsafePointer(resources.retry)
        unsafe info.user = Unmanaged.passUnretained(resources).toOpaque()
        let created = DescriptorLimit.withTable(of: traits.descriptors) {
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

    /// Hands a connected descriptor over, with the canonical text of a handshake that was already checked and
    /// whatever bytes came after it.
    ///
    /// libwebsockets answers the handshake and owns the descriptor from here on, whatever happens.
    ///
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
        // One that was opened leaves the table when libwebsockets says that it is closed, also if its handler, or a
        // message that came with the handshake, has begun to close it already.
        if !socket.wasOpened { sockets.remove(slot) }
        return socket.isOpen
    }
    private var arrivingSlot = SlotID()

    /// Every open WebSocket.
    var openSockets: [WebSocket] { sockets.elements }
    /// How many WebSockets are open.
    var count: Int { sockets.count }

    /// One callback of libwebsockets.
    ///
    /// A result other than 0 closes the connection.
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
            // A close of ours is answered by this one: libwebsockets must not answer again.
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
            // Only upgrades are handed over; anything else is a mistake.
            return -1
        default: break
        }
        return 0
    }

    private func socket(in session: UnsafeMutableRawPointer?) -> WebSocket? {
        guard let session = unsafe session else { return nil }
        return sockets[unsafe session.load(as: SlotID.self)]
    }

    /// Ends every WebSocket, and adopts no more until ``open()``; the loop must run on for some turns.
    func close() {
        isClosed = true
        for socket in openSockets { socket.kill() }
    }

    /// Adopts connections again.
    func open() { isClosed = false }
}

/// Where a piece of a message stands in it.
struct MessagePiece {
    let isFirst: Bool
    let isFinal: Bool
    let isBinary: Bool
    /// Bytes of the same frame that are still to come.
    let remaining: Int
}
