public import FoundationEssentials
public import PosternAdmission
package import PosternLedger
import Synchronization

/// A server for HTTP/1.1 and WebSocket connections.
///
/// Each of its event loops has a listening socket of its own on the TCP address, between which the kernel distributes
/// the connections, and shares the adopted sockets with the other loops.
public final class HTTPServer: Sendable {
    /// The addresses and the limits of a server.
    public struct Configuration: Sendable {
        /// An IPv4 or IPv6 address, or `localhost`.
        public var host = "127.0.0.1"
        /// The TCP port; 0 selects a free port.
        public var port = 8_080
        /// Whether the server listens on ``host`` and ``port``.
        public var listensOnTCP = true
        /// Further sockets to accept connections from, such as Unix sockets; the server closes them.
        public var listeners: [AdoptedListener] = []
        /// The number of event loops, each of which has a thread of its own.
        public var loops = 1
        /// The WebSocket subprotocol that is confirmed if a client offers it.
        package var subprotocol = "jsonrpc"
        /// The maximum number of open connections of all loops together.
        ///
        /// When that many are open, the one that has been open for longest without a complete request is closed for a
        /// new one; if all have sent one, the new one is.
        public var maximumConnections = 10_000
        /// The maximum number of bytes that one connection makes this process hold: arguments of calls, unfinished
        /// responses, unread output and incomplete input.
        public var maximumHeldBytes = 32 << 20
        /// The ledger of the memory that all connections make this process hold.
        package var ledger = MemoryLedger.process
        /// The share of one address in the connections, and the proxies in front of the server.
        public var addresses = AddressLimits()
        /// The limits and timeouts of each HTTP connection.
        public var http = HTTPLimits()

        /// Creates a configuration with the default values: loopback address, port 8080, one loop.
        public init() {}

        var memory: MemoryBudgets { MemoryBudgets(ledger: ledger, connectionBytes: maximumHeldBytes) }
    }

    /// The reason why a server did not start.
    public enum StartError: Error, Sendable, CustomStringConvertible {
        /// An address cannot be listened on.
        case socket(SocketError)
        /// libwebsockets did not create a context, most often because its plug-in for libuv is not installed.
        case noContext
        /// A setting is out of range; the text has its name, its value and the range.
        case setting(String)

        /// The cause, and how to resolve it.
        public var description: String {
            switch self {
            case .socket(let error): "\(error)"
            case .noContext: "libwebsockets could not start; is the package libwebsockets-evlib-uv installed?"
            case .setting(let text): text
            }
        }
    }

    /// The loops, in order.
    package let loops: [EventLoop]
    /// The TCP port in use; 0 if the server does not listen on TCP.
    package let port: Int
    private let workers: [LoopBound<ServerWorker>]
    /// The connections that the limit of open files allows for this server.
    private let reservation: ConnectionReservation
    /// The number of descriptors that the process may have open (`RLIMIT_NOFILE`).
    package let maximumDescriptors: Int
    /// The connections of each address, with their limit.
    package let gate: AddressGate
    /// The listeners that have not been closed.
    private let listeners: Mutex<[AdoptedListener]>

    /// Creates a server that listens on its addresses, and starts its loops.
    ///
    /// - Parameters:
    ///   - configuration: The addresses and the limits.
    ///   - makeService: Returns the service for the requests of one loop; called once on the thread of each loop.
    /// - Throws: ``StartError``; all adopted listeners are closed then.
    package init(
        _ configuration: Configuration,
        makeService: @escaping @Sendable (EventLoop) -> any HTTPService
    ) async throws(StartError) {
        let reservation = ConnectionReservation(of: configuration.maximumConnections)
        var configuration = configuration
        let loopCount = max(1, configuration.loops)
        let gate = AddressGate(
            configuration.addresses,
            maximumConnections: reservation.connections(forEachOf: loopCount) * loopCount
        )
        var loops: [EventLoop] = []
        var workers: [LoopBound<ServerWorker>] = []
        do throws(StartError) {
            if configuration.listensOnTCP { try Self.checkPortIsFree(configuration) }
            for index in 0..<loopCount {
                let loop = EventLoop(index: index)
                loops.append(loop)
                let started = try await Self.start(loop, configuration, reservation, gate, makeService)
                workers.append(started.worker)
                // With port 0 the system selects the port of the first loop; the others must bind the same one.
                configuration.port = started.port
            }
        } catch {
            for worker in workers { await worker.run { $0.shutDown() } }
            for loop in loops { loop.stop() }
            for loop in loops { await loop.waitForEnd() }
            for listener in configuration.listeners { await listener.close() }
            throw error
        }
        self.loops = loops
        self.workers = workers
        port = configuration.port
        self.reservation = reservation
        self.gate = gate
        maximumDescriptors = DescriptorLimit.current
        listeners = Mutex(configuration.listeners)
    }

    /// Throws if another program listens on the address.
    ///
    /// Sockets with `SO_REUSEPORT` would bind it all the same and share its connections.
    private static func checkPortIsFree(_ configuration: Configuration) throws(StartError) {
        do throws(SocketError) {
            _ = try ListeningSocket(host: configuration.host, port: configuration.port, sharesPort: false)
        } catch {
            throw .socket(error)
        }
    }

    private static func start(
        _ loop: EventLoop,
        _ configuration: Configuration,
        _ reservation: ConnectionReservation,
        _ gate: AddressGate,
        _ makeService: @escaping @Sendable (EventLoop) -> any HTTPService
    ) async throws(StartError) -> (worker: LoopBound<ServerWorker>, port: Int) {
        let result = await withCheckedContinuation { continuation in
            loop.start {
                continuation.resume(
                    returning: Result { () throws(StartError) in
                        let worker = try ServerWorker(
                            loop: loop,
                            configuration: configuration,
                            reservation: reservation,
                            gate: gate,
                            service: makeService(loop)
                        )
                        return (LoopBound(worker, on: loop), worker.port)
                    }
                )
            }
        }
        return try result.get()
    }

    /// The maximum number of connections of all loops together, reduced to what the limit of open files allows.
    package var maximumConnections: Int { reservation.connections(forEachOf: loops.count) * loops.count }

    /// The number of open connections of all loops.
    package var connectionCount: Int {
        get async {
            var count = 0
            for worker in workers { count += await worker.run { $0.connectionCount } }
            return count
        }
    }

    /// Stops accepting connections, and closes idle HTTP connections; WebSockets stay open.
    package func stopAccepting() async {
        let listeners = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        // First the file of a Unix socket is removed, then the loops accept what had connected before that.
        for listener in listeners { await listener.willClose() }
        for worker in workers { await worker.run { $0.stopAccepting() } }
        for listener in listeners { Socket.close(listener.descriptor) }
    }

    /// Requests an immediate response to every unanswered request; see ``HTTPExchange/onInterrupt``.
    package func interruptRequests() async {
        for worker in workers { await worker.run { $0.interruptRequests() } }
    }

    /// Closes all connections and waits until the threads of the loops have ended.
    ///
    /// The libwebsockets context of each loop is kept for the next server of the process. It holds 64 KiB, four open
    /// descriptors, and 16 bytes for each descriptor that may be open: about 1 MiB, less if the limit of open files is
    /// below 65,536.
    package func stop() async {
        await stopAccepting()
        for worker in workers {
            await worker.run { $0.shutDown() }
            worker.loop.stop()
        }
        for loop in loops { await loop.waitForEnd() }
        reservation.release()
    }
}

extension LoopBound {
    /// Calls `body` with the value on the loop's thread, and returns its result.
    @inlinable
    package func run<Result: Sendable>(_ body: @escaping @Sendable (Value) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: body(self.value)) }
        }
    }
}

extension HTTPServer.StartError: LocalizedError {
    /// The description, which Foundation uses for `localizedDescription`.
    public var errorDescription: String? { description }
}
