import Glibc
import PosternAdmission

/// The part of a server that belongs to one event loop: its listening sockets and its connections.
///
/// All members must be used on the loop's thread.
final class ServerWorker {
    let loop: EventLoop
    let service: any HTTPService
    let limits: HTTPLimits
    let parser: HTTPHeadParser
    let observesAnswers: Bool
    let subprotocol: String
    let memory: MemoryBudgets
    let readBuffer = ReadBuffer()
    /// The end of each response head, with the date, which is formatted once a second for all connections.
    var headEnding = HeadEnding()
    /// The TCP port in use; 0 if the server does not listen on TCP.
    let port: Int
    private(set) var isDraining = false
    /// The connections of each address, which all loops count together.
    let gate: AddressGate
    let forwarded: ForwardedField
    private let reservation: ConnectionReservation
    private let loopCount: Int
    private var acceptors: [Acceptor] = []
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    /// The connections without a complete request so far.
    private var silent = ArrivalOrder<HTTPConnection>()
    private var context: WebSocketContext?
    private var pausedUntil: UInt64?
    private var lastSocketCheck: UInt64 = 0

    /// The time without accepting after the process or the system has run out of descriptors.
    private static let pauseMilliseconds: UInt64 = 100
    /// The interval at which deadlines are checked.
    private static let tickMilliseconds: UInt64 = 250

    init(
        loop: EventLoop,
        configuration: HTTPServer.Configuration,
        reservation: ConnectionReservation,
        gate: AddressGate,
        service: any HTTPService
    ) throws(HTTPServer.StartError) {
        self.loop = loop
        let sockets: (own: ListeningSocket?, shared: [ListeningSocket])
        do { sockets = try Self.listen(configuration) } catch { throw .socket(error) }
        port = sockets.own?.port ?? 0
        self.service = service
        self.gate = gate
        forwarded = ForwardedField(gate.limits)
        observesAnswers = service.observesAnswers
        limits = configuration.http.withClampedTimes
        parser = HTTPHeadParser(limits: configuration.http.head)
        subprotocol = configuration.subprotocol
        memory = configuration.memory
        self.reservation = reservation
        loopCount = configuration.loops
        let traits = WebSocketContext.Traits(
            subprotocol: configuration.subprotocol,
            descriptors: DescriptorTable.size(forConnections: ConnectionPool.process.wanted)
        )
        guard let context = loop.raw.context(traits) else { throw .noContext }
        self.context = context
        // A strong reference: libwebsockets still calls back while the loop closes its handles at the end.
        loop.every(milliseconds: Self.tickMilliseconds) { [self] in checkTime() }
        if let socket = sockets.own { acceptors.append(Acceptor(socket, isShared: false, for: self)) }
        let isShared = configuration.loops > 1
        acceptors += sockets.shared.map { Acceptor($0, isShared: isShared, for: self) }
    }

    /// Opens the loop's own TCP socket, and duplicates the adopted sockets that all loops share.
    private static func listen(
        _ configuration: HTTPServer.Configuration
    ) throws(SocketError) -> (own: ListeningSocket?, shared: [ListeningSocket]) {
        let shared = try configuration.listeners.map { (listener) throws(SocketError) in
            try ListeningSocket(sharing: listener)
        }
        guard configuration.listensOnTCP else { return (nil, shared) }
        let sharesPort = configuration.loops > 1
        let host = configuration.host
        return (try ListeningSocket(host: host, port: configuration.port, sharesPort: sharesPort), shared)
    }

    /// The number of connections that this loop may have now.
    private var maximumConnections: Int { reservation.connections(forEachOf: loopCount) }

    /// The number of open connections, WebSockets included.
    var connectionCount: Int { connections.count + (context?.count ?? 0) }

    /// Accepts one connection.
    ///
    /// - Returns: `false` if no connection is pending, or none can be accepted now.
    func accept(on listener: Int32) -> Bool {
        switch Socket.accept(on: listener) {
        case .failure(let error):
            guard error.isShortOfDescriptors, Socket.hasPendingConnection(listener) else { return false }
            service.rejectedConnection(from: "", because: .noDescriptor)
            // The pending connection keeps the socket readable, so the loop would spin on the failing accept.
            if !closeOldestSilent() { pause() }
            return false
        case .success(let descriptor):
            add(descriptor)
            return true
        }
    }

    private func add(_ descriptor: Int32) {
        let address = ListeningSocket.peerAddress(of: descriptor)
        let peer = PeerAddress(address)
        let place: AddressPlace?
        switch gate.enter(peer) {
        case .unlimited: place = nil
        case .admitted(let taken): place = taken
        case .refused: return reject(descriptor, address, .tooManyOfOneAddress)
        }
        // A descriptor beyond the tables of libwebsockets could not become a WebSocket later.
        guard let context, descriptor < context.traits.descriptors, hasRoom() else {
            return reject(descriptor, address, .tooMany)
        }
        let connection = HTTPConnection(
            descriptor: descriptor,
            client: HTTPClient(address, place),
            isProxy: gate.limits.isProxy(peer),
            worker: self
        )
        guard connection.start() else { return Socket.close(descriptor) }
        connections[ObjectIdentifier(connection)] = connection
        connection.silence = silent.append(connection)
    }

    private func reject(_ descriptor: Int32, _ address: String, _ cause: HTTPRejection) {
        service.rejectedConnection(from: address, because: cause)
        Socket.close(descriptor)
    }

    /// Returns whether one more connection may be open, for which the oldest silent one may have been closed.
    private func hasRoom() -> Bool { connectionCount < maximumConnections || closeOldestSilent() }

    /// Closes the connection that has been open for longest without a complete request.
    ///
    /// - Returns: `false` if every connection has sent one.
    private func closeOldestSilent() -> Bool {
        guard let oldest = silent.findOldest() else { return false }
        service.rejectedConnection(from: oldest.client.address, because: .silentForLongest)
        oldest.close()
        return true
    }

    /// Keeps a connection open from its first complete request on, also when the server is full.
    func noteRequest(of connection: HTTPConnection) { connection.silence.take().map { _ = silent.remove($0) } }

    func remove(_ connection: HTTPConnection) {
        noteRequest(of: connection)
        connections[ObjectIdentifier(connection)] = nil
    }

    /// Schedules the processing of pipelined requests for later in this turn.
    ///
    /// A direct call would nest one frame on the stack for each pipelined request.
    func scheduleRead(_ connection: HTTPConnection) {
        let box = LoopBound(connection, on: loop)
        loop.execute { box.value.readPipelined() }
    }

    func openWebSocket(descriptor: Int32, handshake: [UInt8], socket: WebSocket) {
        guard let context else { return Socket.close(descriptor) }
        _ = context.adopt(descriptor: descriptor, handshake: handshake, as: socket)
    }

    /// Stops accepting; connections close after the response in flight.
    ///
    /// Connections in the kernel's backlog are still served, since for their clients they are established.
    func stopAccepting() {
        guard !isDraining else { return }
        isDraining = true
        for acceptor in acceptors {
            acceptor.accept(atMost: maximumConnections)
            acceptor.close()
        }
        acceptors = []
        for connection in connections.values { connection.drain() }
    }

    /// Requests an immediate response to every unanswered request.
    func interruptRequests() { for connection in connections.values { connection.interrupt() } }

    /// Closes all connections.
    func shutDown() {
        stopAccepting()
        for connection in connections.values { connection.close() }
        context?.close()
    }

    private func pause() {
        for acceptor in acceptors { acceptor.pause() }
        pausedUntil = loop.milliseconds + Self.pauseMilliseconds
    }

    private func checkTime() {
        let now = loop.milliseconds
        if let until = pausedUntil, now >= until {
            pausedUntil = nil
            for acceptor in acceptors { acceptor.resume() }
        }
        for connection in connections.values { connection.checkTime(now) }
        for socket in context?.openSockets ?? [] { socket.checkTime(now) }
    }
}

extension SocketError {
    fileprivate var isShortOfDescriptors: Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}
