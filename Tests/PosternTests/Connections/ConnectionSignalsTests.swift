@testable import Postern
import PosternTestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ConnectionSignalsTests {
    private let reason = DisconnectReason(.lost, "lost")

    @Test(
        "Signals up to the limit are buffered, further ones are counted as missed",
        arguments: [(3, 0), (4, 1), (6, 3)]
    )
    func signalsAreBufferedUpToTheLimit(sent: Int, missed: Int) async {
        let buffer = SignalBuffer(capacity: 3)
        for _ in 0..<sent { _ = buffer.push(.refused(reason)) }
        let gap = missed > 0 ? ["missed \(missed)"] : []
        for line in Array(repeating: "refused: lost", count: 3) + gap {
            #expect(await buffer.next()?.description == line)
        }
        // Once the gap was read, signals are buffered again.
        _ = buffer.push(.refused(reason))
        _ = buffer.end()
        #expect(await buffer.next()?.description == "refused: lost")
        #expect(await buffer.next() == nil)
    }

    @Test func aCancelledReaderReturnsNil() async {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let buffer = SignalBuffer()
        let reading = Task {
            signal.yield()
            return await buffer.next() == nil
        }
        _ = await started.first { _ in true }
        reading.cancel()
        #expect(await reading.value)
    }

    @Test func everyReaderStartsWithTheOpenConnections() async {
        let pair = InProcessTransport.pair()
        var readers = SignalReaders()
        let early = readers.add(open: [])
        readers.send(.connected(pair.first)).complete()
        let late = readers.add(open: [pair.first])
        readers.send(.disconnected(pair.first, reason)).complete()
        readers.end().complete()
        let afterwards = readers.add(open: [])
        #expect(await lines(of: early) == ["connected", "disconnected: lost"])
        #expect(await lines(of: late) == ["connected", "disconnected: lost"])
        #expect(await lines(of: afterwards) == [])
        pair.first.close()
    }

    @Test(arguments: [true, false])
    func waitingForAConnectionThatHasEndedFails(opensBefore: Bool) async throws {
        let pair = InProcessTransport.pair()
        if opensBefore { try await pair.first.waitUntilConnected() }
        pair.first.close()
        for peer in [pair.first, pair.second] {
            _ = await peer.disconnected
            let error = await #expect(throws: CallError.self) { try await peer.waitUntilConnected() }
            #expect(error?.code == .unavailable)
            #expect(error?.executed == .no)
        }
    }

    @Test func aBufferIsFreedWithItsSequence() async {
        weak var buffer: SignalBuffer?
        let pair = InProcessTransport.pair()
        do {
            let signals = pair.first.signals
            buffer = signals.buffer
            #expect(buffer != nil)
        }
        // The connection may be passing a signal to it.
        await settle { buffer == nil }
        pair.first.close()
    }

    private func lines(of signals: ConnectionSignals) async -> [String] {
        await signals.reduce(into: []) { $0.append($1.description) }
    }
}
