import Glibc

/// One loop of a server: accepts, and keeps the connections it accepted.
///
/// All members belong to the loop's thread.
final class ServerWorker {
    let loop: EventLoop
    let service: any HTTPService
    let limits: HTTPLimits
    let parser: HTTPHeadParser
    let observesAnswers: Bool
    let subprotocol: String
    let readBuffer = ReadBuffer()
    /// How every head ends; with the date, which all connections share.
    var headEnding = HeadEnding()
    /// The port in use; 0 without one.
    let port: Int
    private(set) var isDraining = false
    private let maximumConnections: Int
    private var acceptors: [Acceptor] = []
    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var waiting: [HTTPConnection] = []
    private var context: WebSocketContext?
    private var pausedUntil: UInt64?
    private var lastSocketCheck: UInt64 = 0

    /// How long nothing is accepted after the system ran out of descriptors.
    private static let pauseMilliseconds: UInt64 = 100
    /// How often times are checked.
    private static let tickMilliseconds: UInt64 = 250

    init(
        loop: EventLoop,
        configuration: HTTPServer.Configuration,
        service: any HTTPService
    ) throws(HTTPServer.StartError) {
        self.loop = loop
        let sockets: (own: ListeningSocket?, shared: [ListeningSocket])
        do { sockets = try Self.listen(configuration) } catch { throw .socket(error) }
        port = sockets.own?.port ?? 0
        self.service = service
        observesAnswers = service.observesAnswers
        limits = configuration.http.withClampedTimes
        parser = HTTPHeadParser(limits: configuration.http.head)
        subprotocol = configuration.subprotocol
        maximumConnections = configuration.connectionsPerLoop
        let traits = WebSocketContext.Traits(
            subprotocol: configuration.subprotocol,
            descriptors: DescriptorLimit.table(forConnections: configuration.maximumConnections)
        )
        guard let context = loop.raw.context(traits) else { throw .noContext }
        self.context = context
        // The loop keeps the worker until it ends: libwebsockets calls back while its handles are being closed.
        loop.every(milliseconds: Self.tickMilliseconds) { [self] in checkTime() }
        if let socket = sockets.own { acceptors.append(Acceptor(socket, isShared: false, for: self)) }
        let isShared = configuration.loops > 1
        acceptors += sockets.shared.map { Acceptor($0, isShared: isShared, for: self) }
    }

    /// The socket of this loop at the port, and those that all loops have in common.
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

    /// How many connections are open.
    var connectionCount: Int { connections.count + (context?.count ?? 0) }

    /// Accepts one connection; false when none waits, or none can be accepted now.
    func accept(on listener: Int32) -> Bool {
        switch Socket.accept(on: listener) {
        case .failure(let error):
            if error.isShortOfDescriptors { pause() }
            return false
        case .success(let descriptor):
            add(descriptor)
            return true
        }
    }

    private func add(_ descriptor: Int32) {
        guard connectionCount < maximumConnections, let context, descriptor < context.traits.descriptors else {
            service.rejectedConnection(from: ListeningSocket.peerAddress(of: descriptor))
            return Socket.close(descriptor)
        }
        let connection = HTTPConnection(descriptor: descriptor, worker: self)
        guard connection.start() else { return Socket.close(descriptor) }
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: HTTPConnection) { connections[ObjectIdentifier(connection)] = nil }

    /// Reads on, in this turn, what a client sent ahead of an answer.
    func scheduleRead(_ connection: HTTPConnection) {
        let box = LoopBound(connection, on: loop)
        loop.execute { box.value.readPipelined() }
    }

    func openWebSocket(descriptor: Int32, handshake: [UInt8], socket: WebSocket) {
        guard let context else { return Socket.close(descriptor) }
        _ = context.adopt(descriptor: descriptor, handshake: handshake, as: socket)
    }

    /// Stops accepting; connections end with the answer that is under way.
    ///
    /// Those that the system has accepted already are served: a client cannot know that they came too late.
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

    /// Has every request answered that is not yet.
    func interruptRequests() { for connection in connections.values { connection.interrupt() } }

    /// Ends everything that is still open.
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
