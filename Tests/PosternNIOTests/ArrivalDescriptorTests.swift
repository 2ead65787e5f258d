import PosternTestSupport
import Dispatch
import Postern
import PosternNIO
import Synchronization
import Testing

/// A client that serves calls when its program's event loop finds a descriptor readable.
@Suite(.timeLimit(.minutes(10)))
struct ArrivalDescriptorTests {
    @Test("A loop around poll(2) serves when the connection becomes readable", arguments: Wiring.allCases)
    func aLoopServesWhenTheDescriptorIsReadable(wiring: Wiring) async throws {
        let heard = Heard()
        let link = try await Link.make(wiring, serving: NothingExposed(), client: heard.router, clientServing: .manual)
        let arrivals = try link.client.makeArrivalDescriptor()
        #expect(!Poll.isReadable(arrivals.rawValue))
        for number in 1...3 {
            try link.server.notify("changed", number)
            #expect(await Poll.waitUntilReadable(arrivals.rawValue))
            #expect(heard.numbers == Array(1..<number))
            #expect(await link.client.serve(timeout: .zero))
            #expect(heard.numbers == Array(1...number))
            #expect(!Poll.isReadable(arrivals.rawValue))
        }
        await link.close()
    }

    @Test(
        "The descriptor is readable while a call waits, and after the connection has ended",
        arguments: Wiring.allCases
    )
    func theDescriptorIsReadableWhileCallsWait(wiring: Wiring) async throws {
        let heard = Heard()
        let link = try await Link.make(wiring, serving: NothingExposed(), client: heard.router, clientServing: .manual)
        try link.server.notify("changed", 1)
        try link.server.notify("changed", 2)
        await settle { link.client.arrivalCount == 2 }
        // A descriptor that is created later is readable at once.
        let arrivals = try link.client.makeArrivalDescriptor()
        #expect(Poll.isReadable(arrivals.rawValue))
        #expect(await link.client.serve(timeout: .zero))
        #expect(Poll.isReadable(arrivals.rawValue))
        #expect(await link.client.serve(timeout: .zero))
        #expect(!Poll.isReadable(arrivals.rawValue))
        link.server.close()
        #expect(await Poll.waitUntilReadable(arrivals.rawValue))
        #expect(await link.client.pollAll() == false)
        #expect(Poll.isReadable(arrivals.rawValue) && !link.client.isConnected)
        await link.close()
    }

    @Test("A loop around epoll serves a hundred events in order", arguments: Wiring.allCases)
    func aDispatchSourceServes(wiring: Wiring) async throws {
        let heard = Heard()
        let link = try await Link.make(wiring, serving: NothingExposed(), client: heard.router, clientServing: .manual)
        let arrivals = try link.client.makeArrivalDescriptor()
        // Dispatch uses epoll on Linux, and does not check the descriptor again before the handler has returned.
        let queue = DispatchQueue(label: "loop")
        let source = DispatchSource.makeReadSource(fileDescriptor: arrivals.rawValue, queue: queue)
        let (client, turns) = (link.client, DispatchSemaphore(value: 0))
        source.setEventHandler {
            Task.detached {
                await client.pollAll()
                turns.signal()
            }
            turns.wait()
        }
        source.activate()
        for number in 1...100 { try link.server.notify("changed", number) }
        await settle { heard.numbers.count == 100 }
        #expect(heard.numbers == Array(1...100))
        let (gone, signal) = AsyncStream.makeStream(of: Void.self)
        source.setCancelHandler { signal.yield() }
        source.cancel()
        _ = await gone.first { _ in true }
        await link.close()
    }

    @Test func anAutomaticPeerHasNoDescriptor() async {
        let pair = InProcessTransport.pair()
        let error = #expect(throws: CallError.self) { try pair.first.makeArrivalDescriptor() }
        #expect(error?.code == .invalidRequest)
        pair.first.close()
    }

    @Test func theDescriptorIsClosedOnDeinit() throws {
        let pair = InProcessTransport.pair(serving: .manual)
        var numbers: Set<Int32> = []
        // Each reuses the number of the last one, unless another test takes it in between.
        for _ in 0..<1_000 { numbers.insert(try pair.first.makeArrivalDescriptor().rawValue) }
        #expect(numbers.count < 1_000)
        pair.first.close()
    }
}

/// Records the calls.
private struct Heard: Sendable {
    let router = Router()
    private let log = Log()

    init() {
        let log = log
        router.root.register("changed", Parameter<Int>("number")) { (number: Int) in
            log.numbers.withLock { $0.append(number) }
        }
    }

    var numbers: [Int] { log.numbers.withLock { $0 } }

    private final class Log: Sendable {
        let numbers = Mutex<[Int]>([])
    }
}
