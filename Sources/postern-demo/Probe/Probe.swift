import Postern
import PosternNIO
import Synchronization

/// The service `probe`, whose methods pass, keep and exchange references for tests, and count those that remain.
///
/// It is registered only with the hidden option `--probe`.
final class Probe: Sendable {
    /// The numbers of references that were passed to clients and released by them.
    let ledger = ProbeLedger()
    private let kept = Mutex(KeptCallbacks())
    private let callers = Mutex<[Caller]>([])
    private let server = Mutex<NativeServer?>(nil)

    private static let mostCallers = 10_000

    /// Registers `probe`.
    init(in router: Router) {
        let service = router.service("probe", documentation: "Methods for tests of references")
        registerLending(in: service)
        registerCallbacks(in: service)
        service.register(
            "status",
            options: MethodOptions(
                documentation: "Counts the remaining references, calls and streams",
                isSafe: true,
                execution: .onEventLoop
            )
        ) { [self] () in status }
        service.register(
            "forget",
            options: MethodOptions(documentation: "Drops the callbacks and the callers that are kept")
        ) { [self] () in
            kept.withLock { $0.removeAll() }
            callers.withLock { $0 = [] }
        }
    }

    /// Adds the connections of a native server to the counts.
    func watch(_ door: NativeDoor) { server.withLock { $0 = door.server } }

    private func registerLending(in service: Service) {
        service.register(
            "lend",
            Parameter("count", "How many references, 0 to 100", default: 1),
            Parameter("delayMs", "Milliseconds before the answer, 0 to 60000", default: 0),
            Parameter("bytes", "Size of the text beside them, 0 to 20000000", default: 0),
            options: MethodOptions(documentation: "Returns objects by reference, and reports one as progress first")
        ) { [self] (context: CallContext, count: Int, delay: Int, bytes: Int) async throws -> Loan in
            context.reportProgress(ledger.reference())
            let loan = Loan(count: count, bytes: bytes, from: ledger)
            try await Task.sleep(for: .milliseconds(min(max(delay, 0), 60_000)))
            return loan
        }
        service.register(
            "lendNow",
            options: MethodOptions(
                documentation: "Returns an object by reference, on the event loop",
                execution: .onEventLoop
            )
        ) { [self] () -> Reference in ledger.reference() }
        service.registerStream(
            "stream",
            Parameter("count", "How many references, 0 to 10000", default: 100),
            options: MethodOptions(documentation: "Yields objects by reference, one after the other")
        ) { [self] (count: Int) in Loans(left: min(count, 10_000), ledger: ledger) }
    }

    private func registerCallbacks(in service: Service) {
        service.register(
            "swap",
            Parameter<Callback>("callback", "Kept for other clients"),
            options: MethodOptions(documentation: "Exchanges a function for that of another client")
        ) { [self] (callback: Callback) -> Callback? in kept.withLock { $0.exchange(callback) } }
        service.register(
            "call",
            Parameter<Callback>("callback", "A function of any client"),
            Parameter<Payload>("value", "Its argument"),
            options: MethodOptions(documentation: "Calls a function, and answers with its result")
        ) { (callback: Callback, value: Payload) async throws -> Payload in try await callback.call(value) }
        service.register(
            "callWithReference",
            Parameter<Callback>("callback", "A function of any client"),
            options: MethodOptions(documentation: "Calls a function with a new object")
        ) { [self] (callback: Callback) async throws -> Payload in try await callback.call(ledger.reference()) }
        service.register(
            "notify",
            Parameter<Callback>("callback", "A function of any client"),
            options: MethodOptions(documentation: "Notifies a function of a new object")
        ) { [self] (callback: Callback) throws in try callback.notify(ledger.reference()) }
        service.register(
            "remember",
            options: MethodOptions(documentation: "Keeps the caller, and calls one that was kept before")
        ) { [self] (context: CallContext) async throws -> Payload? in
            guard let caller = context.caller else { return nil }
            // Calls a caller that may have disconnected, which must fail and not hang.
            let earlier = callers.withLock { callers in
                defer { if callers.count < Self.mostCallers { callers.append(caller) } }
                return callers.randomElement()
            }
            return try await earlier?.call("probe/ask", timeout: .milliseconds(100))
        }
    }

    private var status: ProbeStatus {
        let (lent, released) = ledger.counts
        let tables = (server.withLock { $0 }?.peers ?? []).map(\.tables)
        return ProbeStatus(
            lent: lent,
            released: released,
            kept: kept.withLock { $0.count },
            connections: tables.count,
            pendingCalls: tables.reduce(0) { $0 + $1.pendingCalls },
            servedCalls: tables.reduce(0) { $0 + $1.servedCalls + $1.notifications },
            streams: tables.reduce(0) { $0 + $1.streams },
            exports: tables.reduce(0) { $0 + $1.exports },
            imports: tables.reduce(0) { $0 + $1.imports }
        )
    }
}

/// The numbers of references, calls and streams that remain.
struct ProbeStatus: Encodable, Sendable {
    let lent: Int
    let released: Int
    let kept: Int
    let connections: Int
    let pendingCalls: Int
    let servedCalls: Int
    let streams: Int
    let exports: Int
    let imports: Int
}
